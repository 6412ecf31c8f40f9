using Signals.Parquet.Writing;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>Served sequences that wait to become a row group: one row each, with the events of all of them one after the other.</summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed; reused by clearing.</remarks>
internal sealed class FeatureBlock(IReadOnlyList<string> names, IReadOnlyList<ColumnType> types) : IDisposable
{
    private readonly List<int> _ends = [];

    /// <summary>Users, times as of which they were served, and definition hashes, a row for each sequence.</summary>
    public RowBlock Sequences { get; } = new([ColumnType.Scalar<byte>()]);

    /// <summary>Users, times, ids and columns, a row for each event. The last column is the event type.</summary>
    public RowBlock Events { get; } = new([.. types, ColumnType.Scalar<ushort>()]);

    /// <summary>For each sequence the row after its last event.</summary>
    public IReadOnlyList<int> Ends => _ends;

    /// <summary>Bytes of memory, spare room included.</summary>
    public long HeldBytes => Sequences.HeldBytes + Events.HeldBytes;

    /// <summary>Adds a sequence.</summary>
    public void Add(in LoggedSequence sequence)
    {
        Sequences.AddKeys([sequence.User], [sequence.AsOfMs], [sequence.DefinitionHash]);
        Sequences.Columns[0].AddFixed([(byte)sequence.Status], [], 1);
        int count = sequence.Count;
        UserId[] users = new UserId[count];
        Array.Fill(users, sequence.User);
        Events.AddKeys(users, sequence.Times, sequence.Ids);
        Events.Columns[^1].AddFixed(System.Runtime.InteropServices.MemoryMarshal.AsBytes(sequence.EventTypes), [], count);
        for (int i = 0; i < names.Count; i++)
        {
            Add(sequence, i, count);
        }

        _ends.Add(Events.Count);
    }

    /// <summary>Removes all sequences and keeps the memory.</summary>
    public void Clear()
    {
        Sequences.Clear();
        Events.Clear();
        _ends.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sequences.Dispose();
        Events.Dispose();
    }

    private void Add(in LoggedSequence sequence, int column, int count)
    {
        ReadOnlySpan<ColumnState> states = sequence.States(names[column]);
        if (!types[column].IsVariable)
        {
            Events.Columns[column].AddFixed(sequence.FixedBytes(names[column]), states, count);
            return;
        }

        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<byte> value = sequence.Bytes(names[column], row);
            Events.Columns[column].AddVariable(value, [0, value.Length], states.Slice(row, 1));
        }
    }
}
