namespace Signals.Core.Model;

/// <summary>
/// The native memory of one owner: of a piece of background work (a flush, a merge, a table that is being written), or of an open
/// table. It is taken as it is needed and given back as a whole at the end. So nothing in proportion to the events reaches the managed
/// heap, and an idle store holds no memory of work.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Invariants: <see cref="HeldBytes"/> is the sum of its blocks; after it was disposed it has
/// no blocks and gives no more. It has no finalizer, because spans do not keep it alive: its owner disposes it when nobody reads the
/// memory any more. Lifetime: that of the work, or of the open table.
/// </remarks>
internal sealed class OwnedMemory : IDisposable
{
    private readonly List<NativeBlock> _blocks = [];
    private bool _disposed;

    /// <summary>The bytes that its blocks take now.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Creates a block without bytes, which grows as it is used.</summary>
    public NativeBlock CreateBlock()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        NativeBlock block = new(this);
        _blocks.Add(block);
        return block;
    }

    /// <summary>Takes room for items, with any contents. It stays where it is until the end.</summary>
    public Span<T> Take<T>(int length)
        where T : unmanaged
    {
        NativeBlock block = CreateBlock();
        block.Resize<T>(length);
        return block.Span<T>();
    }

    /// <summary>Frees every block. A second call does nothing.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (NativeBlock block in _blocks)
        {
            block.Free();
        }

        _blocks.Clear();
        NativeBytes.NoteHeld(-HeldBytes);
        HeldBytes = 0;
    }

    /// <summary>Counts what a block takes, or gives back, before it does so.</summary>
    /// <exception cref="ObjectDisposedException">The work has ended, or the table was closed.</exception>
    internal void Count(long bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        HeldBytes += bytes;
        NativeBytes.Note(Math.Max(0, bytes));
        NativeBytes.NoteHeld(bytes);
    }
}
