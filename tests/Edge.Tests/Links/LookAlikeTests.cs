using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Tests.Links;

public sealed class LookAlikeTests : IDisposable
{
    private readonly TableProbe _links = new();

    public void Dispose() => _links.Dispose();

    [Fact]
    public void Looking_for_a_plain_key_allocates_nothing_whether_it_is_known_or_not()
    {
        _ = _links.Has("spring");
        _ = _links.Has("Sum-Mer");
        var keys = new[] { "spring"u8.ToArray(), "strange"u8.ToArray(), "strange/and/longer/than/twelve"u8.ToArray() };
        Look();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Look();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Look()
        {
            foreach (var key in keys)
            {
                _ = _links.Table.TryFind("go.example.com"u8, key, out _);
            }
        }
    }

    [Fact]
    public void A_made_code_is_found_however_it_is_typed()
    {
        _ = _links.Has("ab3k9xy", "https://a.example/");

        foreach (var typed in new[] { "AB3K9XY", "Ab3-k9-Xy", "ab3k9xy-", "аb3k9xy" /* a Cyrillic а */ })
        {
            Assert.Equal("https://a.example/", _links.Find(typed));
        }
    }

    [Theory]
    [InlineData("Spring")]
    [InlineData("Spring-Sale-For-Our-Dear-Customers")]
    public void A_key_that_is_not_its_normal_form_is_found_by_it(string key)
    {
        _ = _links.Has(key, "https://a.example/");

        Assert.Equal("https://a.example/", _links.Find(key));
        Assert.Equal("https://a.example/", _links.Find(key.ToUpperInvariant()));
        Assert.Equal("https://a.example/", _links.Find(ShortCode.Normalise(key)));
        _ = _links.Loses(key);
        Assert.Null(_links.Find(key.ToUpperInvariant()));
    }

    [Fact]
    public void Codes_that_differ_in_case_live_side_by_side_and_only_exact_ones_answer()
    {
        _ = _links.Has("aBc", "https://one.example/");
        _ = _links.Has("AbC", "https://two.example/");

        Assert.Equal("https://one.example/", _links.Find("aBc"));
        Assert.Equal("https://two.example/", _links.Find("AbC"));
        Assert.Null(_links.Find("abc"));
        Assert.Null(_links.Find("ABC"));

        _ = _links.Loses("AbC");
        Assert.Equal("https://one.example/", _links.Find("ABC"));
    }

    [Fact]
    public void A_straight_key_and_a_bent_one_exclude_each_other_until_one_is_gone()
    {
        _ = _links.Has("abc", "https://straight.example/");
        _ = _links.Has("ABC", "https://bent.example/");
        Assert.Null(_links.Find("Abc"));
        Assert.Equal("https://straight.example/", _links.Find("abc"));

        _ = _links.Loses("abc");
        Assert.Equal("https://bent.example/", _links.Find("Abc"));
        Assert.Equal("https://bent.example/", _links.Find("abc"));

        _ = _links.Has("abc", "https://straight.example/");
        _ = _links.Loses("ABC");
        Assert.Equal("https://straight.example/", _links.Find("Abc"));
    }

    [Fact]
    public void A_disabled_link_keeps_its_form_so_that_nobody_else_gets_its_visitors()
    {
        _ = _links.Has("ABC", "https://one.example/", disabled: true);
        _ = _links.Has("abc", "https://two.example/");

        Assert.Null(_links.Find("Abc"));
    }

    [Fact]
    public void A_changed_link_is_still_counted_once()
    {
        for (var i = 0; i < 5; i++)
        {
            _ = _links.Has("ABC", $"https://a.example/{i}");
        }

        Assert.Equal("https://a.example/4", _links.Find("abc"));
        _ = _links.Loses("ABC");
        Assert.Null(_links.Find("abc"));
    }

    [Fact]
    public void Forms_of_one_domain_say_nothing_about_another()
    {
        _ = _links.Has("ABC", "https://one.example/");
        _ = _links.Has("aBC", "https://two.example/", "other.example.org");

        Assert.Equal("https://one.example/", _links.Find("abc"));
        Assert.Equal("https://two.example/", _links.Find("abc", "other.example.org"));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("--")]
    public void A_typed_key_without_any_character_left_finds_nothing(string typed)
    {
        _ = _links.Has("_", "https://a.example/");
        _ = _links.Has("ab", "https://b.example/");

        Assert.Null(_links.Find(typed));
    }

    /// <summary>Random changes, against a plain model of the rule.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_history_leaves_what_the_rule_says(int seed)
    {
        var random = new Random(seed);
        var model = new Dictionary<string, string>();
        string[] keys = ["abc", "ABC", "Abc", "a-bc", "abd", "ABD", "a-long-key-of-somebody", "A-Long-Key-Of-Somebody", "alongkeyofsomebody"];
        for (var step = 0; step < 2_000; step++)
        {
            var key = keys[random.Next(keys.Length)];
            if (random.Next(2) == 0)
            {
                model[key] = $"https://a.example/{step}";
                _ = _links.Has(key, model[key]);
            }
            else
            {
                _ = model.Remove(key);
                _ = _links.Loses(key);
            }

            var typed = keys[random.Next(keys.Length)];
            var alike = model.Where(m => ShortCode.Normalise(m.Key) == ShortCode.Normalise(typed)).ToList();
            var expected = model.GetValueOrDefault(typed) ?? (alike.Count == 1 ? alike[0].Value : null);
            Assert.Equal(expected, _links.Find(typed));
        }
    }
}
