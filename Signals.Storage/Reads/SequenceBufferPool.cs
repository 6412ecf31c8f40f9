namespace Signals.Storage.Reads;

/// <summary>Keeps answer buffers for reuse, so that a warm read allocates nothing.</summary>
/// <remarks>Thread contract: any thread, without locks. Buffers beyond the pool's size are left to the collector.</remarks>
internal sealed class SequenceBufferPool
{
    private readonly SequenceBuffer?[] _kept = new SequenceBuffer?[Environment.ProcessorCount * 4];

    public SequenceBuffer Rent()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is not null && Interlocked.Exchange(ref _kept[i], null) is SequenceBuffer buffer)
            {
                return buffer;
            }
        }

        return new SequenceBuffer(this);
    }

    public void Return(SequenceBuffer buffer)
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is null && Interlocked.CompareExchange(ref _kept[i], buffer, null) is null)
            {
                return;
            }
        }
    }
}
