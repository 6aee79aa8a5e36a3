# PostgreSQL's programs and what docker-compose.yml runs with them; docker-compose.yml gives the base image.
ARG POSTGRES_IMAGE
FROM ${POSTGRES_IMAGE}

COPY config/databases.sh config/databases.sql /opt/news/config/
# Readable for any user whatever the umask of the checkout was: COPY keeps modes.
RUN chmod -R a+rX /opt/news
