# One build, three images: docker build --target ingest-api | query-api | workflow-runner
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
# For the dashboard; the distribution's own is too old.
COPY --from=node:22-bookworm-slim /usr/local/bin/node /usr/local/bin/node
COPY --from=node:22-bookworm-slim /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q -ntp -Dquick -DskipTests -pl ingest-api,query-api,workflow-runner -am \
      package dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=target/lib \
 && for service in ingest-api query-api workflow-runner; do \
      cp "$service"/target/"$service"-*.jar "$service"/target/lib/; \
    done

FROM eclipse-temurin:25-jre AS runtime
RUN useradd --system --uid 10001 --home-dir /var/lib/prompt-manage --create-home prompt-manage
USER 10001
WORKDIR /var/lib/prompt-manage
# The state stores live outside of the heap: half of the container's memory is left to them. The collector is that of bin/up.
ENV JAVA_TOOL_OPTIONS="-XX:+UseZGC -XX:MaxRAMPercentage=50 -XX:InitialRAMPercentage=50 -XX:MaxTenuringThreshold=1 -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED"
# Bash speaks enough HTTP for this, and the image has no other client that can be relied on.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=6 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PM_HTTP_PORT && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

FROM runtime AS ingest-api
ENV PM_HTTP_PORT=8081
EXPOSE 8081
COPY --from=build /src/ingest-api/target/lib /app
ENTRYPOINT ["java", "-cp", "/app/*", "com.promptmanage.ingest.IngestMain"]

FROM runtime AS query-api
ENV PM_HTTP_PORT=8080
EXPOSE 8080
COPY --from=build /src/query-api/target/lib /app
ENTRYPOINT ["java", "-cp", "/app/*", "com.promptmanage.query.QueryMain"]

FROM runtime AS workflow-runner
ENV PM_HTTP_PORT=8082
EXPOSE 8082
COPY --from=build /src/workflow-runner/target/lib /app
ENTRYPOINT ["java", "-cp", "/app/*", "com.promptmanage.runner.RunnerMain"]
