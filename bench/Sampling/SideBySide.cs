using System.Text.Json;

namespace LinkTracker.Sampling;

/// <summary>The samples of several ways to do the same, taken in turn; one of them is what the others are compared with.</summary>
/// <param name="baseline">Its name.</param>
public sealed class SideBySide<TSample>(string title, string baseline)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<string, List<TSample>> _samples = [];

    public string Title => title;

    public string Baseline => baseline;

    public IEnumerable<string> Names => _samples.Keys;

    public void Add(string name, TSample sample)
    {
        if (!_samples.TryGetValue(name, out var samples))
        {
            _samples[name] = samples = [];
        }

        samples.Add(sample);
    }

    public Spread Figure(string name, Func<TSample, double> figure) => Spread.Of(_samples[name].Select(figure));

    /// <summary>Compared round by round, because a machine that is slow for a while is so for both.</summary>
    public Spread Ratio(string name, string other, Func<TSample, double> figure) =>
        Spread.Of(_samples[name].Zip(_samples[other], (sample, its) => figure(sample) / figure(its)));

    /// <summary>Writes <c>name.json</c> with every sample.</summary>
    public void Save(DirectoryInfo folder, string name) =>
        File.WriteAllText(Path.Combine(folder.FullName, name + ".json"), JsonSerializer.Serialize(new { Title, samples = _samples }, Indented));
}
