"""Invented places, people and bodies, and the sentences that generated pages are made of."""

from __future__ import annotations

PLACES = (
    "Tarsane", "Velmora", "Ostrin", "Kadesh Point", "Marrowfield", "Ilvane", "Port Asher", "Dunmeri",
    "Sorvath", "Qalanis", "Brightwater", "Heskel", "Novarra", "Ashgrove Bay", "Lirien", "Tamsul",
    "Corvane", "East Halden", "Mirpore Flats", "Zephrin", "Old Karsk", "Belhaven", "Ruvia", "Samarel",
)  # fmt: skip
GIVEN_NAMES = (
    "Idris", "Maren", "Talal", "Oska", "Leyth", "Brina", "Soren", "Nadira", "Kasim", "Ilse", "Ramiel",
    "Tove", "Hadir", "Senna", "Yorin", "Amaya", "Dario", "Petra", "Faris", "Linnea",
)  # fmt: skip
FAMILY_NAMES = (
    "Vandermoor", "al-Tarsani", "Okonwe", "Kelmeri", "Dastan", "Brisk", "Halvorsen-Reyes", "Marashi",
    "Quillon", "Sabrieh", "Orlanov", "Teshima", "Widmark", "Zarqan", "Pell", "Ibarruri", "Nashwan",
)  # fmt: skip
ROLES = (
    "Harbor Minister", "Deputy Speaker", "chief negotiator", "Water Commissioner", "Energy Secretary",
    "Mayor", "union president", "Health Envoy", "Transport Minister", "head of the delegation",
)  # fmt: skip
BODIES = (
    "the Meridian Council", "the Velmora Port Authority", "the Inland Sea Commission",
    "the Grain Exchange of Ostrin", "the Halden Assembly", "the Coastal Workers' Union",
    "the Tarsane Railway Board", "the Samarel Institute", "the Upper House of Novarra",
    "the Desert Solar Agency",
)  # fmt: skip
TOPICS = (
    "fisheries agreement", "ferry line", "grain corridor", "water treaty", "rail link", "solar park",
    "customs union", "dam inspection", "harbor strike", "census", "vaccine drive", "census law",
    "fuel reserve", "border market", "satellite launch", "transit fees",
)  # fmt: skip
VERBS = ("approves", "delays", "reopens", "reviews", "extends", "questions", "welcomes", "suspends")
SECTIONS = ("Politics", "Economy", "Technology", "Environment", "Health", "Opinion", "MENA", "Asia")
AGENCIES = ("Agencies", "Meridian Wire", "Agencies + Websites", "Coastal Press")
COVERAGES = ("The Ferry Talks", "In Five", "Water and Power", "Summit at Velmora")
CLASS_NAMES = (
    "card", "grid", "media", "widget", "swiper", "container", "overlay", "modal", "banner", "header",
    "caption", "share", "carousel", "tooltip", "sticky", "column", "lazy", "ratio",
)  # fmt: skip

# {who}: a person with role, {name}: the family name, {body}: an organisation, {place}, {other}: places,
# {topic}, {number}: a count, {day}: a weekday.
OPENINGS = (
    "{who} said {day} that {body} would return to the {topic} within {number} days, after a closed session "
    "in {place} that ran late into the night.",
    "{body} published the full text of the {topic} on {day}, ending {number} weeks of guesswork in "
    "{place} and {other}.",
    "Delegates meeting in {place} agreed on {day} to put the {topic} to a vote, {number} months after {body} "
    "first asked for one.",
)
SENTENCES = (
    '"We were asked for {number} guarantees and we gave all of them," {name} told reporters outside the hall '
    "in {place}.",
    "{body} has kept a permanent office in {other} since the first {topic} was signed.",
    "According to {body}, traffic between {place} and {other} rose by {number} percent over the past year.",
    "{name} pointed out that the {topic} leaves the fees of smaller ports untouched, a demand that {other} "
    "had raised repeatedly.",
    "Residents of {place} have asked for a hearing, saying the plan would move {number} families inland.",
    "The draft also sets up a joint team of {number} inspectors, who will report to {body} every spring.",
    "An earlier attempt failed when {other} withdrew its delegation only hours before the signing.",
    "“Nobody here is against the {topic},” {name} added, “but nobody here was asked about it either.”",
    "Engineers sent by {body} found {number} cracks along the northern wall, none of them deep.",
    "Asked about the cost, {name} declined to give a figure and referred to the budget that {body} will "
    "present on {day}.",
    "The two sides exchanged lists of {number} open questions, most of them about customs and night work.",
    "Observers in {other} called the outcome modest, noting that the {topic} still lacks a timetable.",
    "Coverage of the talks was limited to {number} reporters, chosen by lot from those who had applied.",
    "Read next to last year's figures, the new ones look better than they are, {name} conceded.",
    "Most Read, a bookshop by the harbor of {place}, stayed open through the night for stranded travellers.",
    "Meanwhile, ferries between {place} and {other} kept to their winter schedule.",
)
SUBHEADINGS = (
    "A harbor that waited {number} years",
    "{place} and {other} trade accusations",
    "What the {topic} leaves open",
    "'No deal without the {topic}'",
)
HEADLINES = (
    "{place} {verb} {topic} after {number} days of talks",
    "{body_name} {verb} {topic} with {place}",
    "{family}: {place} will not wait for the {topic}",
    "{place}, {other} agree to reopen {topic}",
)
STANDFIRSTS = (
    "{body} says the {topic} will go ahead, while {place} asks for {number} more guarantees.",
    "The decision on the {topic} follows {number} weeks of dispute between {place} and {other}.",
)
CAPTIONS = (
    "{who} speaks to reporters in {place}, {date} (Meridian Wire)",
    "A ferry leaves the port of {place}, {date}. (Coastal Press)",
    "{place}",
    "Delegates at the seat of {body}, undated (Handout)",
)
TICKER_LINES = (
    "{family} to Meridian Wire: {place} expects {number} ships before the weekend",
    "{body_name}: Night crossings to {place} suspended until further notice.",
    "Correspondent in {place}: {number} aid trucks cross toward {other}.",
    "Breaking from {place}: Tremor of magnitude 4.{digit} felt as far as {other}",
    "{family}: No talks about the {topic} under pressure; whoever wants an agreement knows the address",
    "Coastal Press: Fire at {place} depot under control, {number} treated for smoke",
)
BULLETS = (
    "{number} inspectors for {place}",
    "A yearly report on the {topic}",
    "No new fees before {day}",
    "A seat for {other} on the board",
)
POSTS = (
    "Just landed in {place} for the {topic}. Long night ahead.",
    "{number} hours in and still no text from {body}.",
)
