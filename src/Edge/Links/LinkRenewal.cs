using System.Text;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Notes which places a source told of since it started over, so that the links of all others can be taken out at the end. Until
/// then they redirect: most of them are about to be told of.
/// </summary>
internal sealed class LinkRenewal
{
    private readonly HashSet<Code16> _told = [];

    public void Tell(Code16 code) => _told.Add(code);

    /// <summary>The links in the store that were not told of. No write may be under way.</summary>
    public List<UntoldLink> Untold(LinkStore store)
    {
        var untold = new List<UntoldLink>();
        store.ForEachLive(store.Log.Begin, store.Log.Tail, (code, value) =>
        {
            if (!code.IsLookAlike && !_told.Contains(code))
            {
                untold.Add(Read(code, value));
            }
        });
        return untold;
    }

    private static UntoldLink Read(Code16 code, ReadOnlySpan<byte> value)
    {
        var link = new LinkRecord(value);
        Span<byte> inline = stackalloc byte[Code16.InlineBytes];
        var key = code.IsHashed ? link.HashedKey : inline[..code.CopyInlineKey(inline)];
        return new UntoldLink(
            code, code.IsHashed ? link.HashedDomain : code.InlineDomain, Encoding.UTF8.GetString(key), LinkStore.RecordBytes(value.Length));
    }
}

/// <param name="Domain">Its number in the table.</param>
/// <param name="RecordBytes">What its record takes in the store.</param>
internal readonly record struct UntoldLink(Code16 Code, int Domain, string Key, int RecordBytes);
