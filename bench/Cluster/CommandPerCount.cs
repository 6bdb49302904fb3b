using System.Globalization;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Contracts.Clicks;
using StackExchange.Redis;

namespace LinkTracker.Cluster;

/// <summary>
/// One command for each number that reports are made of, the same ones as the product keeps: hours and days, of the link and of all links,
/// by every dimension.
/// </summary>
internal static class CommandPerCount
{
    public const string Name = "one Redis command per count";

    private static readonly Dimension[] Dimensions = Enum.GetValues<Dimension>();

    public static async Task<Sample> MeasureAsync(ClickTopic topic, RedisConnection redis, int clicks)
    {
        var sample = await RedisCommands.MeasureAsync(topic, redis, clicks, _ =>
        {
            var classifier = new ClickClassifier(BotRules.Embedded);
            return (database, in click, flags) => Send(database, click, classifier.Classify(click), flags);
        });
        var counted = redis.Run(database => database.HashGetAll(KeyOf('h', CountKey.AllLinks))
            .Where(hour => hour.Name.StartsWith(Digit(Dimension.Total))).Sum(hour => (long)hour.Value));
        Demand.Holds(counted == clicks, $"{counted} of {clicks} clicks were counted");
        return sample;
    }

    private static Task Send(IDatabase database, in ClickRecord click, in ClickTraits traits, CommandFlags flags)
    {
        var last = Task.CompletedTask;
        foreach (var dimension in Dimensions)
        {
            foreach (var link in (ReadOnlySpan<long>)[click.Token.LinkId, CountKey.AllLinks])
            {
                var (hour, day) = (UtcBuckets.Hour(click.OccurredAtMs), UtcBuckets.Day(click.OccurredAtMs));
                database.HashIncrementAsync(KeyOf('h', link), FieldOf(dimension, hour, traits[dimension]), flags: CommandFlags.FireAndForget);
                last = database.HashIncrementAsync(KeyOf('d', link), FieldOf(dimension, day, traits[dimension]), flags: flags);
            }
        }

        return last;
    }

    private static RedisKey KeyOf(char buckets, long link) => string.Create(CultureInfo.InvariantCulture, $"{buckets}:{link:x}");

    private static RedisValue FieldOf(Dimension dimension, long bucket, string value) => string.Create(CultureInfo.InvariantCulture, $"{Digit(dimension)}{bucket:x}:{value}");

    private static string Digit(Dimension dimension) => ((int)dimension).ToString(CultureInfo.InvariantCulture);
}
