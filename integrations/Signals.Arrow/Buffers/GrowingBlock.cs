using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Arrow.Buffers;

/// <summary>Bytes of one Arrow buffer under construction: pinned, and aligned to 64 bytes as Arrow recommends.</summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: <see cref="Take"/> gives the bytes to a batch, and the next ones come from the pool.
/// </remarks>
internal sealed class GrowingBlock
{
    private const int Alignment = 64;
    private const int LeastBytes = 1024;

    private readonly BlockPool _pool = new();
    private byte[] _array = [];
    private int _start;
    private int _lastBytes;

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written, as memory that is valid until the block grows or is taken.</summary>
    public Memory<byte> Memory => _array.AsMemory(_start, Length);

    public Span<byte> Written => _array.AsSpan(_start, Length);

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Append<T>(T value)
        where T : unmanaged => MemoryMarshal.Write(Reserve(Unsafe.SizeOf<T>()), value);

    /// <summary>Makes the block longer, and returns the new bytes, whose content is undefined.</summary>
    /// <exception cref="InvalidOperationException">The buffer would have more than 2 GiB.</exception>
    public Span<byte> Reserve(int bytes)
    {
        if (bytes > _array.Length - _start - Length)
        {
            Grow(bytes);
        }

        Span<byte> added = _array.AsSpan(_start + Length, bytes);
        Length += bytes;
        return added;
    }

    /// <summary>Makes the block shorter.</summary>
    public void Shorten(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)Length, nameof(bytes));
        Length = bytes;
    }

    /// <summary>Gives what was written to a batch, and begins anew.</summary>
    public ReadOnlyMemory<byte> Take(BatchMemory memory)
    {
        if (Length == 0)
        {
            return default;
        }

        ReadOnlyMemory<byte> taken = memory.Add(_array, _start, Length, _pool);
        _lastBytes = Length;
        (_array, _start, Length) = ([], 0, 0);
        return taken;
    }

    private void Grow(int bytes)
    {
        long needed = (long)Length + bytes;
        if (needed > Array.MaxLength - Alignment)
        {
            throw new InvalidOperationException(
                $"The batch would have a buffer of {needed} bytes; Arrow arrays here hold at most 2 GiB. Build the batch earlier.");
        }

        // The last batch tells how much this one will need.
        long wanted = Math.Max(Math.Max(needed, 2L * Length), Math.Max(LeastBytes, Length == 0 ? _lastBytes + (_lastBytes / 8L) : 0));
        byte[] larger = _pool.Rent((int)Math.Min(wanted, Array.MaxLength - Alignment) + Alignment);
        int start = StartOf(larger);
        Written.CopyTo(larger.AsSpan(start));
        if (_array.Length > 0)
        {
            _pool.Return(_array);
        }

        (_array, _start) = (larger, start);
    }

    /// <summary>The first aligned byte of a pinned array.</summary>
    private static unsafe int StartOf(byte[] array)
    {
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        return (int)((Alignment - (address % Alignment)) % Alignment);
    }
}
