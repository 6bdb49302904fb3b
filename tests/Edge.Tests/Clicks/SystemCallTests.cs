using System.Diagnostics;
using System.Text.RegularExpressions;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>The system calls of a process that records clicks: what the other tests take for a sync is one.</summary>
public sealed partial class SystemCallTests
{
    private const int Clicks = 200;

    [FactWith(Need.Strace)]
    public async Task An_answer_follows_the_syncs_of_its_click_and_of_the_names_on_the_way_to_it()
    {
        var folder = Directory.CreateTempSubdirectory("systemcalls-").FullName;
        try
        {
            var calls = await RecordAsync(folder);

            var answered = 0;
            var unsynced = new HashSet<string>();
            foreach (var (name, subject) in calls)
            {
                if (name == "write")
                {
                    Assert.Empty(unsynced);
                    answered++;
                }
                else if (name is "pwrite64" && IsSegment(subject))
                {
                    unsynced.Add(subject);
                }
                else if (name == "fdatasync")
                {
                    unsynced.Remove(subject);
                }
                else if (name == "fsync")
                {
                    unsynced.RemoveWhere(path => path == subject + "/");
                }
                else if (name == "openat" && IsSegment(subject))
                {
                    unsynced.Add(Path.GetDirectoryName(subject) + "/");
                }
                else if (name == "openat" && Path.GetFileName(subject) == EpochMark.FileName)
                {
                    // The first file of a new log, whose folder is new as well.
                    unsynced.Add(Path.GetDirectoryName(subject) + "/");
                    unsynced.Add(Path.GetDirectoryName(Path.GetDirectoryName(subject)) + "/");
                }
            }

            Assert.Equal(Clicks, answered);

            // The stop leaves the last word of the mark and of what was released on the disk.
            foreach (var file in new[] { EpochMark.FileName, ReleaseFile.FileName })
            {
                Assert.Equal("fdatasync", calls.Last(call => Path.GetFileName(call.Subject) == file).Name);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsSegment(string path) => Path.GetFileName(path).StartsWith("segment.", StringComparison.Ordinal);

    /// <summary>What the process wrote, synced and made, in the order in which the calls succeeded, with the paths.</summary>
    private static async Task<List<(string Name, string Subject)>> RecordAsync(string folder)
    {
        var trace = Path.Combine(folder, "trace");
        var start = new ProcessStartInfo("strace") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-f", "-qq", "-y", "-o", trace, "-e", "trace=openat,pwrite64,fdatasync,fsync,write",
            Environment.ProcessPath!, "exec", typeof(SystemCallTests).Assembly.Location, "record", Path.Combine(folder, "data"), $"{Clicks}",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        Assert.True(process.ExitCode == 0, await errors + await output);
        return Read(await File.ReadAllLinesAsync(trace));
    }

    private static List<(string Name, string Subject)> Read(string[] lines)
    {
        // A call that another thread's line interrupts is told in two: it is done with the second.
        var open = new Dictionary<string, string>();
        var calls = new List<(string Name, string Subject)>();
        foreach (var line in lines)
        {
            var thread = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                open[thread] = line;
                continue;
            }

            var whole = line.Contains(" resumed>", StringComparison.Ordinal) && open.Remove(thread, out var begun) ? begun + line : line;
            if (Call().Match(whole) is { Success: true } call && !FailedCall().IsMatch(whole))
            {
                var (name, subject) = (call.Groups["name"].Value, call.Groups["subject"].Value);
                if (name != "write" || whole.Contains("\"answered ", StringComparison.Ordinal))
                {
                    calls.Add((name, name == "openat" ? call.Groups["path"].Value : subject));
                }
            }
        }

        return [.. calls.Where(call => call.Name is not "openat" || call.Subject.Length > 0)];
    }

    /// <summary>The descriptor's path in angle brackets; of an open that may make the file, the path it was asked for.</summary>
    [GeneratedRegex("""^\d+ +(?<name>\w+)\(\w+(<(?<subject>[^>]*)>)?(, "(?<path>[^"]*)", [A-Z_|]*O_CREAT)?""")]
    private static partial Regex Call();

    [GeneratedRegex(@"= -1 E[A-Z]+")]
    private static partial Regex FailedCall();
}
