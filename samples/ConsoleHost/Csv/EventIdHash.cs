using System.Buffers.Binary;
using System.IO.Hashing;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Turns several cells into a 64-bit event id: XxHash64 over each cell's length and bytes, so that ("ab", "c") and ("a", "bc")
/// differ. The same cells give the same id for ever: ids are stored. One thread; reused.
/// </summary>
internal sealed class EventIdHash
{
    private readonly XxHash64 _hash = new();

    /// <summary>Adds the next cell.</summary>
    public void Add(ReadOnlySpan<byte> cell)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, cell.Length);
        _hash.Append(length);
        _hash.Append(cell);
    }

    /// <summary>The id of the cells added since the last call.</summary>
    public ulong Finish()
    {
        ulong id = _hash.GetCurrentHashAsUInt64();
        _hash.Reset();
        return id;
    }
}
