using System.Buffers.Text;
using System.Diagnostics;
using System.Text.Json;

namespace LinkTracker.Servers;

/// <summary>A Kafka of one broker, which is its own controller.</summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-kafka-");
    private readonly int _controllerPort = FreePort.Next();
    private readonly ServerProcess _process;

    private KafkaBroker(int? proxyPort, IEnumerable<(string Name, string Value)> settings)
    {
        File.WriteAllLines(SettingsFile, Settings(proxyPort).Concat(settings).Select(setting => $"{setting.Name}={setting.Value}"));
        _process = new ServerProcess(_folder, Script("kafka-server-start.sh", SettingsFile), IsReadyAsync);
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Where clients that come through the proxy are to be let in: what the proxy forwards to.</summary>
    public int PortBehindProxy { get; } = FreePort.Next();

    /// <summary>Host and port, as clients take it.</summary>
    public string BootstrapServers => $"127.0.0.1:{Port}";

    public int ProcessId => _process.Id;

    public string Output => _process.Output;

    /// <summary>Folder of the distribution: KAFKA_HOME, or the one beside the checkout; null when there is none.</summary>
    internal static string? Home { get; } = new[] { Environment.GetEnvironmentVariable("KAFKA_HOME"), Path.Combine(Repository.Shared, "kafka") }
        .FirstOrDefault(home => home is not null && File.Exists(Path.Combine(home, "bin/kafka-server-start.sh")));

    private string SettingsFile => Path.Combine(_folder.FullName, "server.properties");

    /// <param name="proxyPort">
    /// A loopback port where a proxy listens: a second listener sends its clients there, so that they stay behind the proxy.
    /// </param>
    /// <param name="settings">More lines of server.properties; the last of a name wins.</param>
    public static async Task<KafkaBroker> StartAsync(int? proxyPort = null, params IEnumerable<(string Name, string Value)> settings)
    {
        var broker = new KafkaBroker(proxyPort, settings);
        // An id is a UUID as base64url. One that begins with '-' would be taken for an option.
        var id = "A" + Base64Url.EncodeToString(Guid.NewGuid().ToByteArray())[1..];
        await Command.RunAsync(broker.Script("kafka-storage.sh", "format", "-t", id, "-c", broker.SettingsFile));
        await broker.RestartAsync();
        return broker;
    }

    /// <summary>SIGTERM: it hands over, flushes, and is gone once this returns.</summary>
    public Task StopAsync() => _process.EndAsync("TERM");

    /// <summary>SIGKILL. Its next start takes some seconds more, until its old session has run out.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Starts it after it was stopped or killed, on the same ports and data.</summary>
    public Task RestartAsync() => _process.StartAsync();

    /// <summary>Deletes the records of a partition below an offset, as retention does.</summary>
    public async Task DeleteRecordsAsync(string topic, int partition, long before)
    {
        var which = Path.Combine(_folder.FullName, $"delete-{topic}-{partition}.json");
        await File.WriteAllTextAsync(which, JsonSerializer.Serialize(new { version = 1, partitions = new[] { new { topic, partition, offset = before } } }));
        await Command.RunAsync(Script("kafka-delete-records.sh", "--bootstrap-server", BootstrapServers, "--offset-json-file", which));
    }

    /// <summary>The topic is gone, with all that is in it, once this returns.</summary>
    public Task DeleteTopicAsync(string name) =>
        Command.RunAsync(Script("kafka-topics.sh", "--bootstrap-server", BootstrapServers, "--delete", "--topic", name));

    /// <summary>Runs one of the distribution's tools against this broker, such as kafka-configs.sh.</summary>
    public Task<string> RunToolAsync(string script, params IEnumerable<string> arguments) =>
        Command.RunAsync(Script(script, ["--bootstrap-server", BootstrapServers, .. arguments]));

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private IEnumerable<(string Name, string Value)> Settings(int? proxyPort)
    {
        var (listener, advertised) = proxyPort is { } port ? ($",PROXIED://127.0.0.1:{PortBehindProxy}", $",PROXIED://127.0.0.1:{port}") : ("", "");
        return
        [
            ("process.roles", "broker,controller"),
            ("node.id", "1"),
            ("controller.quorum.voters", $"1@127.0.0.1:{_controllerPort}"),
            ("controller.listener.names", "CONTROLLER"),
            ("inter.broker.listener.name", "DIRECT"),
            ("listeners", $"DIRECT://127.0.0.1:{Port},CONTROLLER://127.0.0.1:{_controllerPort}{listener}"),
            ("advertised.listeners", $"DIRECT://127.0.0.1:{Port}{advertised}"),
            ("listener.security.protocol.map", "DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT"),
            ("log.dirs", Path.Combine(_folder.FullName, "data")),
            ("offsets.topic.num.partitions", "1"),
            ("offsets.topic.replication.factor", "1"),
            ("transaction.state.log.num.partitions", "1"),
            ("transaction.state.log.replication.factor", "1"),
            ("transaction.state.log.min.isr", "1"),
            ("share.coordinator.state.topic.num.partitions", "1"),
            ("share.coordinator.state.topic.replication.factor", "1"),
            ("share.coordinator.state.topic.min.isr", "1"),
            ("group.initial.rebalance.delay.ms", "0"),
            ("auto.create.topics.enable", "false"),
            ("broker.heartbeat.interval.ms", "500"),
            ("broker.session.timeout.ms", "3000"),
        ];
    }

    private ProcessStartInfo Script(string name, params IEnumerable<string> arguments)
    {
        var home = Home ?? throw new InvalidOperationException("there is no Kafka: set KAFKA_HOME");
        var start = new ProcessStartInfo(Path.Combine(home, "bin", name), arguments);
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xms64m -Xmx256m";
        start.Environment["LOG_DIR"] = Path.Combine(_folder.FullName, "logs");
        return start;
    }

    private async Task<bool> IsReadyAsync() =>
        (await Command.TryAsync(new ProcessStartInfo("kcat", ["-b", BootstrapServers, "-L", "-m", "1"]))).ExitCode == 0;
}
