"""Five questions of docs/questions.md, drawn from the newest release of NEWS_HOME; marimo opens it."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")

with app.setup:
    import re

    import altair as alt
    import marimo as mo
    import pyarrow as pa

    from newsmarts.core.settings import PROJECT_ROOT
    from newsmarts.release.reader import connect


@app.function
def answer(title: str) -> pa.Table:
    """The rows that a question of docs/questions.md has in the newest release."""
    page = (PROJECT_ROOT / "docs" / "questions.md").read_text("utf-8")
    (sql,) = re.findall(rf"^## {re.escape(title)}\n.*?^```sql\n(.+?)^```", page, re.DOTALL | re.MULTILINE)
    with connect() as marts:
        return marts.sql(sql).to_arrow_table()


@app.cell
def _():
    mo.md("""
    # Five questions

    The SQL is that of `docs/questions.md`; each chart is a cell. Open the notebook with `marimo edit`
    to change them, or write SQL of your own: `connect()` opens the newest release, read-only.
    """)
    return


@app.cell
def _():
    (
        alt.Chart(answer("What share of articles is agency copy, by week?"))
        .mark_bar()
        .encode(
            alt.X("yearmonthdate(week_start):O", title="Week from").axis(format="%d %b %Y", labelAngle=0),
            alt.XOffset("publisher:N"),
            alt.Y("share:Q", title="Agency copy").axis(format="%"),
            alt.Color("publisher:N", title="Publisher"),
            tooltip=["publisher:N", "week_start:T", "articles:Q", "agency_copy:Q"],
        )
        .properties(title="Share of articles that name an agency as their source", width=520)
    )
    return


@app.cell
def _():
    (
        alt.Chart(answer("Who is quoted most in the ticker?"))
        .mark_bar()
        .encode(
            alt.X("lines:Q", title="Ticker lines").axis(tickMinStep=1, format="d"),
            alt.Y("speaker_canonical:N", title=None).sort("-x").axis(labelLimit=240),
            tooltip=["lines:Q", "sightings:Q", "names:Q"],
        )
        .properties(title="Voices of the ticker", width=520)
    )
    return


@app.cell
def _():
    (
        alt.Chart(answer("At which hours do publishers publish?"))
        .transform_fold(["al_mayadeen", "al_mayadeen_ar", "nour_news"], as_=["publisher", "articles"])
        .mark_bar()
        .encode(
            alt.X("from_hour:O", title="From this hour on, by the publisher's clock").axis(labelAngle=0),
            alt.Y("articles:Q", title="Articles").axis(tickMinStep=1, format="d"),
            alt.Color("publisher:N", title="Publisher"),
        )
        .properties(title="Hours of publication", width=520)
    )
    return


@app.cell
def _():
    (
        alt.Chart(answer("How long are articles, by section?"))
        .mark_bar()
        .encode(
            alt.X("median_words:Q", title="Words (median)"),
            alt.Y("section:N", title=None).sort("-x"),
            tooltip=["articles:Q", "median_words:Q", "longest:Q"],
        )
        .properties(title="Length of articles, by section", width=520)
    )
    return


@app.cell
def _():
    (
        alt.Chart(answer("How much of Most Read is in the marts?"))
        .mark_line(point=True)
        .encode(
            alt.X("capture_day:T", title="Day").axis(format="%d %b", tickCount="day"),
            alt.Y("share:Q", title="In the marts").axis(format="%"),
            alt.Color("publisher:N", title="Publisher"),
            tooltip=["publisher:N", "capture_day:T", "headlines:Q", "in_the_marts:Q"],
        )
        .properties(title="Most Read: headlines of which the marts have the article", width=520)
    )
    return


if __name__ == "__main__":
    app.run()
