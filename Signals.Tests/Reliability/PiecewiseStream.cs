using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>Gives bytes out in pieces of random length and says so for each. One thread.</summary>
internal sealed class PiecewiseStream(ReadOnlyMemory<byte> bytes, ulong seed, Action onPiece) : MemoryStream(bytes.ToArray())
{
    private const int MostBytes = 4096;
    private SimRandom _random = new(seed);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = Read(buffer.Span[..Math.Min(buffer.Length, 1 + _random.Below(MostBytes))]);
        if (read > 0)
        {
            onPiece();
        }

        return ValueTask.FromResult(read);
    }
}
