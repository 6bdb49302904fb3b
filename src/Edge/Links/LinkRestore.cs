namespace LinkTracker.Edge.Links;

/// <summary>Makes a table's content from a snapshot: all of it, or an exception that says why not.</summary>
internal static class LinkRestore
{
    /// <exception cref="InvalidDataException">The snapshot is damaged, or does not fit this table.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static LinkContent Read(SnapshotReader file, string defaultDomain, long memoryBytes)
    {
        var header = file.Header;
        if (header.DefaultDomain != defaultDomain)
        {
            throw new InvalidDataException($"its default domain is {header.DefaultDomain}, not {defaultDomain}");
        }

        var content = new LinkContent(defaultDomain, new CompactingStore(memoryBytes, header.Entries), header.HashKey) { Count = header.Links };
        try
        {
            Fill(content, file);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static void Fill(LinkContent content, SnapshotReader file)
    {
        var domains = 0;
        while (file.HasMore())
        {
            switch (file.Kind)
            {
                case SnapshotBlock.Records:
                    Write(content.Store, file.NextRecord(out var code), code, oldBytes: 0);
                    break;
                case SnapshotBlock.Changes:
                    Change(content.Store, file.NextRecord(out var changed), changed);
                    break;
                case SnapshotBlock.Domains when content.Domains.GetOrAdd(file.NextHost()) == domains:
                    domains++;
                    break;
                default:
                    throw new InvalidDataException("its domains are not in order, or it holds something unknown");
            }
        }

        if (content.Store.Entries != file.Header.Entries)
        {
            throw new InvalidDataException($"it holds {content.Store.Entries} records, not {file.Header.Entries}");
        }
    }

    private static void Change(CompactingStore store, ReadOnlySpan<byte> value, Code16 code)
    {
        var oldBytes = store.Current.TryRead(code, out var old) ? LinkStore.RecordBytes(old.Length) : 0;
        if (!value.IsEmpty)
        {
            Write(store, value, code, oldBytes);
        }
        else if (oldBytes > 0)
        {
            store.Erase(code, oldBytes);
        }
    }

    private static void Write(CompactingStore store, ReadOnlySpan<byte> value, Code16 code, int oldBytes)
    {
        if (!store.TryMakeRoom(LinkStore.RecordBytes(value.Length), oldBytes))
        {
            throw new InvalidDataException("it needs more memory than Edge__LinkMemoryMiB allows");
        }

        store.Write(code, value, oldBytes);
    }
}
