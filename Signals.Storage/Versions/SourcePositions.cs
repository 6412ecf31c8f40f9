using System.Text;

namespace Signals.Storage.Versions;

/// <summary>
/// The resume positions of the sources of a store, and the set of sources that moved since the last <see cref="TakeUnsaved"/>. A
/// position only rises, so applying a record twice changes nothing.
/// </summary>
/// <remarks>
/// Thread contract: any thread, under a lock; the ingest thread takes the lock once per group. Lifetime: that of the store.
/// </remarks>
internal sealed class SourcePositions
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SourcePosition> _positions = new(StringComparer.Ordinal); // guarded by _lock
    private readonly HashSet<string> _unsaved = new(StringComparer.Ordinal); // guarded by _lock
    private string _last = ""; // guarded by _lock; the last source, so that its name is decoded only once
    private byte[] _lastUtf8 = []; // guarded by _lock

    /// <summary>Whether a source moved since the last <see cref="TakeUnsaved"/>.</summary>
    public bool HasUnsaved
    {
        get
        {
            lock (_lock)
            {
                return _unsaved.Count > 0;
            }
        }
    }

    /// <summary>Loads the positions that the manifest holds. Called before any record is applied.</summary>
    public void Load(IReadOnlyDictionary<string, SourcePosition> saved)
    {
        lock (_lock)
        {
            foreach ((string source, SourcePosition position) in saved)
            {
                _positions[source] = position;
            }
        }
    }

    /// <summary>Moves sources forward to what a later state of the manifest holds. One that is ahead of it already stays.</summary>
    public void RaiseAll(IEnumerable<SourcePosition> saved)
    {
        lock (_lock)
        {
            foreach (SourcePosition position in saved)
            {
                if (!_positions.TryGetValue(position.Source, out SourcePosition before) || position.IsAfter(before))
                {
                    _positions[position.Source] = position;
                }
            }
        }
    }

    /// <summary>
    /// Moves a source forward. A position that is not ahead, or that belongs to a generation before a reset, changes nothing.
    /// </summary>
    public void Raise(ReadOnlySpan<byte> source, long position, SourceIncarnation incarnation = default, int generation = 0)
    {
        lock (_lock)
        {
            if (!source.SequenceEqual(_lastUtf8))
            {
                _lastUtf8 = source.ToArray();
                _last = Encoding.UTF8.GetString(source);
            }

            SourcePosition moved = new(_last, position) { Incarnation = incarnation, Generation = generation };
            if (!_positions.TryGetValue(_last, out SourcePosition before) || moved.IsAfter(before))
            {
                _positions[_last] = moved;
                _unsaved.Add(_last);
            }
        }
    }

    /// <summary>Returns the sources that moved since the last call.</summary>
    public SourcePosition[] TakeUnsaved()
    {
        lock (_lock)
        {
            SourcePosition[] moved = [.. _unsaved.Order(StringComparer.Ordinal).Select(source => _positions[source])];
            _unsaved.Clear();
            return moved;
        }
    }

    /// <summary>The resume position of a source; null when the source is unknown.</summary>
    public SourcePosition? Find(string source)
    {
        lock (_lock)
        {
            return _positions.TryGetValue(source, out SourcePosition position) ? position : null;
        }
    }

    /// <summary>The positions of all sources, ordered by name.</summary>
    public SourcePosition[] All()
    {
        lock (_lock)
        {
            return [.. _positions.Values];
        }
    }
}
