using LinkTracker.Aggregator.Counting;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Batches as one who counts makes them between two snapshots: each from where the one before leads to.</summary>
internal static class MergedBatches
{
    /// <summary>One batch for each slice.</summary>
    public static IEnumerable<CountBatch> Of(
        ClickClassifier classifier, VisitorDays visitors, IReadOnlyDictionary<LogKey, LogProgress> stored, IEnumerable<ClickSlice> slices)
    {
        var progress = new Dictionary<LogKey, LogProgress>(stored);
        foreach (var slice in slices)
        {
            var fold = new ClickFold(classifier, visitors, progress);
            fold.Add(slice);
            foreach (var (log, (_, after)) in fold.Batch.Progress)
            {
                progress[log] = after;
            }

            yield return fold.Batch;
        }
    }

    public static CountBatch Merge(this IEnumerable<CountBatch> batches)
    {
        var whole = new CountBatch();
        foreach (var batch in batches)
        {
            whole.Absorb(batch);
        }

        return whole;
    }
}
