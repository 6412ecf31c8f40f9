namespace Signals.Tests.Simulation;

/// <summary>
/// A file without its name: what a reader sees (the page cache), what survives a power cut, and the writes in between. Threads: one.
/// </summary>
internal sealed class SimInode
{
    private readonly List<SimOperation> _pending;
    private bool _hasLostWrites;

    public SimInode()
        : this(new SimContent(), new SimContent(), [])
    {
    }

    private SimInode(SimContent current, SimContent durable, List<SimOperation> pending)
    {
        Current = current;
        Durable = durable;
        _pending = pending;
    }

    /// <summary>What a reader sees.</summary>
    public SimContent Current { get; }

    /// <summary>What certainly survives.</summary>
    public SimContent Durable { get; private set; }

    /// <summary>The writes that may or may not survive, in order.</summary>
    public IReadOnlyList<SimOperation> Pending => _pending;

    /// <summary>A file that holds these bytes durably.</summary>
    public static SimInode Of(SimContent content) => new(content.Clone(), content, []);

    public SimInode Clone() => new(Current.Clone(), Durable.Clone(), [.. _pending]) { _hasLostWrites = _hasLostWrites };

    public void Change(in SimOperation operation)
    {
        ApplyTo(Current, operation);
        _pending.Add(operation);
    }

    /// <summary>
    /// A sync that worked makes the pending writes durable. One that failed leaves them readable, clean and lost: no later sync
    /// writes them.
    /// </summary>
    public void Sync(bool failed)
    {
        if (failed)
        {
            _hasLostWrites = true;
        }
        else if (!_hasLostWrites)
        {
            Durable = Current.Clone();
        }
        else
        {
            _pending.ForEach(operation => ApplyTo(Durable, operation));
        }

        _pending.Clear();
    }

    public static void ApplyTo(SimContent content, in SimOperation operation)
    {
        if (operation.Kind == SimOperationKind.SetLength)
        {
            content.SetLength(operation.Length);
        }
        else
        {
            content.Write(operation.Offset, operation.Data, (int)operation.Length);
        }
    }
}
