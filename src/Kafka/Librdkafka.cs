using System.Runtime.InteropServices;
using Confluent.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Kafka;

/// <summary>Finds the native library under Confluent.Kafka. Only a process that talks to Kafka needs it.</summary>
internal static class Librdkafka
{
    private const string SystemLibrary = "librdkafka.so.1";

    private static readonly Lazy<string?> Failure = new(Load);

    /// <summary>To be called before anything else of Confluent.Kafka.</summary>
    /// <exception cref="SettingsException">The library is not there.</exception>
    public static void Require()
    {
        if (Failure.Value is { } failure)
        {
            throw new SettingsException(failure);
        }
    }

#if BUNDLED_LIBRDKAFKA
    private static string? Load() => Library.IsLoaded || Library.Load() ? null : "The native library of Confluent.Kafka cannot be loaded on this platform.";
#else
    private static string? Load()
    {
        if (!NativeLibrary.TryLoad(SystemLibrary, out var handle))
        {
            return $"Kafka__BootstrapServers is set, but {SystemLibrary} is missing: install librdkafka1 (Debian: apt install librdkafka1), or build with -p:Registry=full.";
        }

        NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, (name, _, _) => Resolve(name, handle));
        return null;
    }

    // Zero leaves the name to the runtime's own search.
    private static nint Resolve(string name, nint handle) => name.Contains("rdkafka", StringComparison.Ordinal) ? handle : 0;
#endif
}
