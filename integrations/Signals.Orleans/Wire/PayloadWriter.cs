using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Signals.Orleans.Wire;

/// <summary>
/// Builds the bytes of one answer in memory of the pool. One thread; used once: <see cref="ToPayload"/> hands the memory over.
/// </summary>
internal sealed class PayloadWriter
{
    private byte[] _bytes;
    private int _length;

    public PayloadWriter(int expectedBytes)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Clamp(expectedBytes, 1024, ServedColumnsFormat.MaxBytes));
        Reserve(ServedColumnsFormat.HeaderBytes).Clear();
    }

    public Span<byte> Header => _bytes.AsSpan(0, ServedColumnsFormat.HeaderBytes);

    /// <summary>Room for a section of this length, with zeros behind it up to where the next one begins.</summary>
    public Span<byte> Reserve(int bytes)
    {
        int padded = checked((int)ServedColumnsFormat.Padded(bytes));
        if (padded > ServedColumnsFormat.MaxBytes - _length)
        {
            throw new SignalsException(
                $"The answer takes more than {ServedColumnsFormat.MaxBytes} bytes; read fewer rows, columns or users at once.");
        }

        if (padded > _bytes.Length - _length)
        {
            Grow(_length + padded);
        }

        Span<byte> section = _bytes.AsSpan(_length, bytes);
        _bytes.AsSpan(_length + bytes, padded - bytes).Clear();
        _length += padded;
        return section;
    }

    public void Add<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(Reserve(bytes.Length));
    }

    /// <summary>Adds the fixed part of an entry, then a name; the caller fills the part that is returned.</summary>
    public Span<byte> AddNamed(int entryBytes, string name)
    {
        int nameBytes = Encoding.UTF8.GetByteCount(name);
        Span<byte> entry = Reserve(entryBytes + nameBytes);
        entry[..entryBytes].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], checked((ushort)nameBytes));
        Encoding.UTF8.GetBytes(name, entry[entryBytes..]);
        return entry[..entryBytes];
    }

    public ServedPayload ToPayload()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Header[ServedColumnsFormat.MagicAt..], ServedColumnsFormat.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(Header[ServedColumnsFormat.VersionAt..], ServedColumnsFormat.Version);
        BinaryPrimitives.WriteInt64LittleEndian(Header[ServedColumnsFormat.LengthAt..], _length);
        ServedPayload payload = new(_bytes, _length);
        _bytes = [];
        return payload;
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(2L * _bytes.Length, ServedColumnsFormat.MaxBytes)));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
