using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Signals.Parquet.Native;

/// <summary>
/// Bytes outside of the managed heap, whose address does not change until they grow. Parquet's writer takes addresses of values, and what
/// is given back is free at once, so that a memory budget holds.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: until disposed; spans taken before live no longer.</remarks>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint Alignment = 64;
    private const int LeastBytes = 256;

    private void* _address;

    ~NativeBuffer() => Free();

    /// <summary>Bytes of room.</summary>
    public int Length { get; private set; }

    /// <summary>The address of the first byte; it changes when the room grows.</summary>
    public nint Address => (nint)_address;

    /// <summary>All bytes of the room.</summary>
    public Span<byte> Span => new(_address, Length);

    /// <summary>The room as values of another type.</summary>
    public Span<T> As<T>()
        where T : unmanaged => new(_address, Length / sizeof(T));

    /// <summary>Makes room for so many bytes and keeps those that are there.</summary>
    /// <exception cref="InvalidOperationException">More than 2^31 - 1 bytes are asked for.</exception>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public void Reserve(long bytes)
    {
        if (bytes <= Length)
        {
            return;
        }

        if (bytes > Array.MaxLength)
        {
            throw new InvalidOperationException($"A column of one row group has {bytes} bytes; at most {Array.MaxLength} fit.");
        }

        int length = (int)Math.Min(Array.MaxLength, Math.Max(Math.Max(bytes, LeastBytes), Length + (long)(Length / 2)));
        _address = NativeMemory.AlignedRealloc(_address, (nuint)length, Alignment);
        Length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        Debug.Assert(_address is not null || Length == 0, "Room has an address.");
        NativeMemory.AlignedFree(_address);
        _address = null;
        Length = 0;
    }
}
