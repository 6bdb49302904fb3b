using System.Diagnostics;

namespace LinkTracker.Kafka.Tests;

public sealed class LibrdkafkaTests
{
    [Fact]
    public async Task A_missing_native_library_is_told_in_one_line_that_names_the_package()
    {
        // Found before the system's, and no library.
        var folder = Directory.CreateTempSubdirectory("no-librdkafka-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "librdkafka.so.1"), "none");
        try
        {
            Assert.Equal(
                "Kafka__BootstrapServers is set, but librdkafka.so.1 is missing: install librdkafka1 (Debian: apt install librdkafka1), or build with -p:Registry=full.",
                await ConnectAsync(("LD_LIBRARY_PATH", folder)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [FactWith(Need.Kafka)]
    public async Task The_native_library_of_the_system_is_found() => Assert.Equal("connected", await ConnectAsync());

    private static async Task<string> ConnectAsync(params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(LibrdkafkaTests).Assembly.Location, "connect"]);
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return (await Command.RunAsync(start)).Trim();
    }
}
