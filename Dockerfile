# One image with all three programs: Standalone (the default), Edge and Aggregator. compose.yaml starts a cluster of it.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
COPY . .
RUN for program in Edge Aggregator Standalone; do dotnet publish src/$program -c Release -o /app || exit 1; done

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble
# librdkafka1: the default build uses the system's. curl: for health checks.
RUN apt-get update \
  && apt-get install -y --no-install-recommends librdkafka1 curl \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o "$APP_UID" -m 700 /data
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
ENV LinkTracker__Data=/data \
    Edge__Url=http://0.0.0.0:8080 \
    Aggregator__Url=http://0.0.0.0:8081 \
    Edge__AdminUrl=http://0.0.0.0:8082
VOLUME /data
EXPOSE 8080 8081 8082
ENTRYPOINT ["dotnet"]
CMD ["LinkTracker.Standalone.dll"]
