using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FASTER.core;

namespace LinkTracker.Edge.Links;

/// <summary>How FASTER KV treats records here: copy on read, append on write. The rest of its many callbacks is never used.</summary>
internal readonly struct StoreFunctions : IFunctions<Code16, SpanByte, int, StoreReader, int>
{
    public bool SingleReader(ref Code16 key, ref int input, ref SpanByte value, ref StoreReader output, ref ReadInfo info)
    {
        output.Take(value.AsReadOnlySpan(), info.Address);
        return true;
    }

    public bool ConcurrentReader(ref Code16 key, ref int input, ref SpanByte value, ref StoreReader output, ref ReadInfo info)
    {
        output.Take(value.AsReadOnlySpan(), info.Address);
        return true;
    }

    public bool SingleWriter(ref Code16 key, ref int input, ref SpanByte from, ref SpanByte to, ref StoreReader output, ref UpsertInfo info, WriteReason reason)
    {
        from.CopyTo(ref to);
        return true;
    }

    // False: append instead, which is what keeps readers from seeing half a value.
    public bool ConcurrentWriter(ref Code16 key, ref int input, ref SpanByte from, ref SpanByte to, ref StoreReader output, ref UpsertInfo info) => false;

    // A tombstone is a bit of the record's header; the value under it stays whole for who is reading it.
    public bool SingleDeleter(ref Code16 key, ref SpanByte value, ref DeleteInfo info) => true;

    public bool ConcurrentDeleter(ref Code16 key, ref SpanByte value, ref DeleteInfo info) => true;

    public bool NeedInitialUpdate(ref Code16 key, ref int input, ref StoreReader output, ref RMWInfo info) => false;

    public bool InitialUpdater(ref Code16 key, ref int input, ref SpanByte value, ref StoreReader output, ref RMWInfo info) => false;

    public bool NeedCopyUpdate(ref Code16 key, ref int input, ref SpanByte from, ref StoreReader output, ref RMWInfo info) => false;

    public bool CopyUpdater(ref Code16 key, ref int input, ref SpanByte from, ref SpanByte to, ref StoreReader output, ref RMWInfo info) => false;

    public bool InPlaceUpdater(ref Code16 key, ref int input, ref SpanByte value, ref StoreReader output, ref RMWInfo info) => false;

    public void ReadCompletionCallback(ref Code16 key, ref int input, ref StoreReader output, int context, Status status, RecordMetadata metadata)
    {
    }

    public void PostSingleWriter(ref Code16 key, ref int input, ref SpanByte from, ref SpanByte to, ref StoreReader output, ref UpsertInfo info, WriteReason reason)
    {
    }

    public void PostInitialUpdater(ref Code16 key, ref int input, ref SpanByte value, ref StoreReader output, ref RMWInfo info)
    {
    }

    public void PostCopyUpdater(ref Code16 key, ref int input, ref SpanByte from, ref SpanByte to, ref StoreReader output, ref RMWInfo info)
    {
    }

    public void RMWCompletionCallback(ref Code16 key, ref int input, ref StoreReader output, int context, Status status, RecordMetadata metadata)
    {
    }

    public void PostSingleDeleter(ref Code16 key, ref DeleteInfo info)
    {
    }

    public void DisposeSingleWriter(ref Code16 key, ref int input, ref SpanByte from, ref SpanByte to, ref StoreReader output, ref UpsertInfo info, WriteReason reason)
    {
    }

    public void DisposeCopyUpdater(ref Code16 key, ref int input, ref SpanByte from, ref SpanByte to, ref StoreReader output, ref RMWInfo info)
    {
    }

    public void DisposeInitialUpdater(ref Code16 key, ref int input, ref SpanByte value, ref StoreReader output, ref RMWInfo info)
    {
    }

    public void DisposeSingleDeleter(ref Code16 key, ref SpanByte value, ref DeleteInfo info)
    {
    }

    public void DisposeDeserializedFromDisk(ref Code16 key, ref SpanByte value)
    {
    }

    public void CheckpointCompletionCallback(int sessionId, string sessionName, CommitPoint commitPoint)
    {
    }
}

internal sealed class CodeComparer : IFasterEqualityComparer<Code16>
{
    // Random, so that nobody can choose keys that fall into one bucket.
    private readonly ulong _seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private readonly ulong _odd = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    public bool Equals(ref Code16 left, ref Code16 right) => left == right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long GetHashCode64(ref Code16 code)
    {
        var high = Math.BigMul(code.Low ^ _seed, code.High ^ _odd, out var low);
        high = Math.BigMul(high ^ low ^ _seed, _odd, out low);
        return (long)(high ^ low);
    }
}
