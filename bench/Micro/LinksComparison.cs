using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LinkTracker.Micro;

/// <summary>
/// <c>links [count…]</c>: the link table beside a ConcurrentDictionary with the same links. Each variant runs in processes
/// of its own, one after the other, so that neither's memory shows in the other's figures.
/// </summary>
internal static class LinksComparison
{
    public const string Command = "links";

    // What a child is started with, in front of its variant.
    private const string Child = "variant";

    private static readonly int[] Counts = [1_000, 1_000_000, 10_000_000];

    public static int Run(string[] args)
    {
        if (args is [Child, var variant, var links, var folder])
        {
            var figures = LinksVariant.Measure(variant, int.Parse(links, CultureInfo.InvariantCulture), folder);
            Console.WriteLine(JsonSerializer.Serialize(figures));
            return 0;
        }

        var counts = args.Length == 0 ? Counts : [.. args.Select(arg => int.Parse(arg, CultureInfo.InvariantCulture))];
        Console.WriteLine("| links | | ConcurrentDictionary | LinkTable | ratio |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var count in counts)
        {
            Compare(count);
        }

        return 0;
    }

    private static void Compare(int count)
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-links-");
        try
        {
            var dictionary = RunChild(LinksVariant.Dictionary, count, folder);
            var dictionaryStart = RunChild(LinksVariant.DictionaryStart, count, folder);
            var table = RunChild(LinksVariant.Table, count, folder);
            var tableStart = RunChild(LinksVariant.TableStart, count, folder);
            Row(count, "memory of the process, MiB", dictionary.ResidentMiB, table.ResidentMiB);
            Row(count, "memory after a restart, MiB", dictionaryStart.ResidentMiB, tableStart.ResidentMiB);
            Row(count, "heap, MiB", dictionary.HeapMiB, table.HeapMiB);
            Row(count, "a full collection, ms", dictionary.CollectionMs, table.CollectionMs);
            Row(count, "look-ups of random keys, million/s", dictionary.MillionLookups, table.MillionLookups);
            Row(count, "bytes allocated per look-up", dictionary.LookupBytes, table.LookupBytes);
            Row(count, "filling with changes, s", dictionary.FillSeconds, table.FillSeconds);
            Row(count, "writing flat file / snapshot, s", dictionary.SaveSeconds, table.SaveSeconds);
            Row(count, "flat file / snapshot, MiB", dictionary.FileMiB, table.FileMiB);
            Row(count, "restart: reading it, s", dictionaryStart.FillSeconds, tableStart.FillSeconds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Row(int count, string what, double dictionary, double table) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {count:N0} | {what} | {dictionary:0.###} | {table:0.###} | {(dictionary == 0 ? "" : (table / dictionary).ToString("0.00", CultureInfo.InvariantCulture))} |"));

    private static LinksFigures RunChild(string variant, int count, DirectoryInfo folder)
    {
        // The same program, however it was started: by its own executable, or by dotnet with the path of its assembly.
        var self = Environment.GetCommandLineArgs()[0];
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet";
        string[] arguments = [.. isHosted ? [self] : Array.Empty<string>(), Command, Child, variant, count.ToString(CultureInfo.InvariantCulture), folder.FullName];
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? JsonSerializer.Deserialize<LinksFigures>(output)!
            : throw new InvalidOperationException($"{variant} with {count} links ended with exit code {child.ExitCode}.");
    }
}

/// <param name="ResidentMiB">Memory of the process that the links added.</param>
/// <param name="HeapMiB">Of it, what the collector counts.</param>
/// <param name="CollectionMs">A full collection, for which every thread waits.</param>
internal sealed record LinksFigures(
    double FillSeconds, double ResidentMiB, double HeapMiB, double CollectionMs, double MillionLookups, double LookupBytes, double SaveSeconds, double FileMiB);
