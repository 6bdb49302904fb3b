using System.Globalization;

namespace LinkTracker.Conversions;

/// <summary>Processor time as the kernel accounts for it.</summary>
internal static class ProcessorTime
{
    // USER_HZ, which Linux fixes at 100 for what /proc shows.
    private const double TicksPerSecond = 100;

    /// <summary>User and system seconds of a process and its children, those that have ended included; those of PostgreSQL are its sessions.</summary>
    public static double OfTree(int processId)
    {
        while (true)
        {
            // A child that ends while they are looked at would be counted twice, or not at all.
            var ended = Of(processId, 13, 14);
            var ticks = ended + Of(processId, 11, 12) + OfChildren(processId);
            if (Of(processId, 13, 14) == ended)
            {
                return ticks / TicksPerSecond;
            }
        }
    }

    /// <summary>The same of the children of this process that have ended and were waited for, such as pgbench.</summary>
    public static double OfEndedChildren() => Of(Environment.ProcessId, 13, 14) / TicksPerSecond;

    private static long Of(int processId, params ReadOnlySpan<int> which) => Fields(processId) is { } fields ? Ticks(fields, which) : 0;

    private static long OfChildren(int processId)
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var other)
                && Fields(other) is { } fields && int.Parse(fields[1], CultureInfo.InvariantCulture) == processId)
            {
                ticks += Ticks(fields, 11, 12);
            }
        }

        return ticks;
    }

    // Behind the name, which ends with the last parenthesis: state, parent, …, user, system, user and system of ended children. Null: it has ended.
    private static string[]? Fields(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/stat").Split(") ")[^1].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Ticks(string[] fields, params ReadOnlySpan<int> which)
    {
        var sum = 0L;
        foreach (var field in which)
        {
            sum += long.Parse(fields[field], CultureInfo.InvariantCulture);
        }

        return sum;
    }
}
