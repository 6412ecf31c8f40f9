using Apache.Arrow;
using Signals.Arrow.Buffers;

namespace Signals.Arrow;

/// <summary>
/// A record batch whose memory comes from the pool of whoever made it. It is an ordinary record batch to every writer and reader of
/// Apache Arrow. Dispose it.
/// </summary>
/// <remarks>
/// Thread contract: any thread reads. Lifetime: after dispose its arrays throw <see cref="ObjectDisposedException"/>; spans taken before
/// may show another batch's values, but stay valid memory. What <see cref="ArrowExport"/> gave to a consumer stays as it is until the
/// consumer releases it. A batch that is never disposed is left to the garbage collector.
/// </remarks>
public sealed class PooledRecordBatch : RecordBatch
{
    private readonly BatchMemory _memory;
    private int _disposed;

    internal PooledRecordBatch(Schema schema, IReadOnlyList<IArrowArray> arrays, int length, BatchMemory memory)
        : base(schema, arrays, length) => _memory = memory;

    /// <summary>The bytes of all buffers.</summary>
    public long Bytes => _memory.Bytes;

    internal BatchMemory Memory => _memory;

    /// <summary>Lets the memory go, unless a consumer of the C data interface still holds it. A second call does nothing.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _memory.Release();
        }

        base.Dispose(disposing);
    }
}
