using System.Globalization;

namespace LinkTracker.Aggregator.Tests.Fraud;

/// <summary>Ten days of a program with fraud that is known: what was planted, and what is honest although it looks odd. The same for the same seed.</summary>
internal sealed class PlantedFraud(FraudRig rig, int seed)
{
    private readonly Random _random = new(seed);
    private ulong _visitor = 1_000;

    /// <summary>Conversions that are fraud.</summary>
    public HashSet<long> Planted { get; } = [];

    /// <summary>Conversions of those whom a mistake would hurt most: who brings very many, and an office.</summary>
    public HashSet<long> Spared { get; } = [];

    public HashSet<long> Honest { get; } = [];

    public static IReadOnlyList<string> Disposable { get; } = ["tenminutes.example", "throwaway.example"];

    public void Plant()
    {
        Ordinary();
        HeavyReferrer();
        Office();
        Family();
        SelfReferralRing();
        Burst();
        DisposableFarm();
        Robot();
    }

    private void Ordinary()
    {
        for (var i = 0; i < 30; i++)
        {
            var partner = rig.Partner($"ordinary{i}");
            for (var j = 0; j < 6; j++)
            {
                Honest.Add(rig.Lead(partner, Mail($"o{i}-{j}"), At(_random.Next(10), 24 * 60), NextVisitor(), Delay()));
            }
        }
    }

    // A newsletter: many on each day, and one evening more than the rule likes.
    private void HeavyReferrer()
    {
        var partner = rig.Partner("heavy");
        for (var i = 0; i < 150; i++)
        {
            Spare(rig.Lead(partner, Mail($"h{i}"), At(i % 10, 0).AddMinutes(90 * (i / 10)), NextVisitor(), Delay()));
        }

        for (var i = 0; i < 11; i++)
        {
            Spare(rig.Lead(partner, Mail($"evening{i}"), At(3, 0).AddHours(23).AddMinutes(2 * i), NextVisitor(), Delay()));
        }
    }

    private void Office()
    {
        var partner = rig.Partner("colleague", "colleague@office.example");
        for (var i = 0; i < 25; i++)
        {
            Spare(rig.Lead(partner, Mail($"clerk{i}"), At(2, 0).AddMinutes(9 * 60 + (10 * i)), 5, Delay()));
        }
    }

    private void Family()
    {
        var partner = rig.Partner("mother", "mother@gmail.com");
        foreach (var name in new[] { "father", "son", "daughter" })
        {
            Spare(rig.Lead(partner, name + ".of.the.family@gmail.com", At(4, 20 * 60), 6, Delay()));
        }
    }

    // Addresses that all reach the referrer, from several devices.
    private void SelfReferralRing()
    {
        var partner = rig.Partner("ring", "r.ing@gmail.com", "ring-account");
        for (var i = 0; i < 30; i++)
        {
            Planted.Add(rig.Lead(partner, $"{(i % 2 == 0 ? "r.i.n.g" : "ring")}+{i}@{(i % 3 == 0 ? "googlemail" : "gmail")}.com", At(_random.Next(10), 24 * 60), NextVisitor(), Delay()));
        }

        // The same person under its number, and with the device that it bought with.
        Planted.Add(rig.Lead(partner, Mail("r-other"), At(5, 24 * 60), NextVisitor(), Delay(), externalId: "ring-account"));
        Planted.Add(rig.Lead(partner, "ring@gmail.com", At(6, 0), 7, Delay()));
        for (var i = 0; i < 8; i++)
        {
            Planted.Add(rig.Lead(partner, Mail($"puppet{i}"), At(6, 0).AddHours(1 + i), 7, Delay()));
        }
    }

    private void Burst()
    {
        var partner = rig.Partner("burst");
        for (var i = 0; i < 40; i++)
        {
            Planted.Add(rig.Lead(partner, Mail($"b{i}"), At(7, 0).AddSeconds(40 * i), NextVisitor(), Delay()));
        }
    }

    private void DisposableFarm()
    {
        var partner = rig.Partner("farm");
        for (var i = 0; i < 60; i++)
        {
            Planted.Add(rig.Lead(partner, $"f{i}@{(i % 4 == 0 ? "sub." : "")}{Disposable[i % 2]}", At(_random.Next(10), 24 * 60), NextVisitor(), Delay()));
        }
    }

    private void Robot()
    {
        var partner = rig.Partner("robot");
        for (var i = 0; i < 20; i++)
        {
            Planted.Add(rig.Lead(partner, Mail($"robot{i}"), At(_random.Next(10), 24 * 60), NextVisitor(), TimeSpan.FromMilliseconds(_random.Next(2_900))));
        }
    }

    private void Spare(long conversion)
    {
        Honest.Add(conversion);
        Spared.Add(conversion);
    }

    private static string Mail(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}@mail.example");

    private DateTimeOffset At(int day, int withinMinutes) => FraudRig.Noon.Date.AddDays(day - 11).AddMinutes(_random.Next(withinMinutes + 1));

    private TimeSpan Delay() => TimeSpan.FromSeconds(_random.Next(20, 3_000));

    private ulong NextVisitor() => _visitor++;
}
