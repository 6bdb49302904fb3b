using System.Globalization;
using LinkTracker.Edge.Tests.Clicks;

// The tests start this assembly as a process of its own where its system calls are watched:
//   record <folder> <count>   records so many clicks, one after the other, prints each number once it is answered, and stops
if (args is ["record", var folder, var count])
{
    await using var rig = new LogRig(folder) { Shape = new(12, 14, 16) };
    var log = await rig.StartAsync();
    for (var i = 0; i < int.Parse(count, CultureInfo.InvariantCulture); i++)
    {
        await LogRig.RecordAsync(log, i);
        Console.WriteLine($"answered {i}");
    }
}
