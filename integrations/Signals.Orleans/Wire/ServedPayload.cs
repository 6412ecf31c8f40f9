using System.Buffers;

namespace Signals.Orleans.Wire;

/// <summary>
/// The bytes of one answer in memory of the shared pool. Whoever holds it last disposes it: the serializer when it has written the
/// bytes to the network, the reader of the answer otherwise. One that is lost on the way is left to the garbage collector.
/// </summary>
/// <remarks>Thread contract: one owner at a time. Lifetime: after dispose <see cref="Bytes"/> throws.</remarks>
[Immutable]
internal sealed class ServedPayload(byte[] rented, int length) : IDisposable
{
    private byte[]? _rented = rented;

    public int Length { get; } = length;

    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            byte[]? bytes = Volatile.Read(ref _rented);
            ObjectDisposedException.ThrowIf(bytes is null, this);
            return bytes.AsSpan(0, Length);
        }
    }

    public static ServedPayload CopyOf(ReadOnlySpan<byte> bytes)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        return new ServedPayload(rented, bytes.Length);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, null) is byte[] bytes)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
