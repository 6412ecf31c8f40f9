using System.Runtime.InteropServices;
using Signals.Parquet.Writing;
using Signals.Serving;
using Signals.Training;

namespace Signals.Parquet.Features;

/// <summary>Served sequences that wait to become a row group: one row each, with the events of all of them one after the other.</summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed; reused by clearing.</remarks>
internal sealed class FeatureBlock : IDisposable
{
    /// <summary>The columns of <see cref="Sequences"/>.</summary>
    public const int StatusColumn = 0;

    /// <inheritdoc cref="StatusColumn"/>
    public const int RequestColumn = 1;

    /// <inheritdoc cref="StatusColumn"/>
    public const int LabelColumn = 2;

    /// <inheritdoc cref="StatusColumn"/>
    public const int LabelTimeColumn = 3;

    private readonly FeatureContent _content;
    private readonly List<int> _ends = [];
    private UserId[] _user = []; // the user of a sequence, once for each event

    /// <summary>Begins without sequences.</summary>
    public FeatureBlock(FeatureContent content)
    {
        _content = content;
        Sequences = new RowBlock(
            content.HasLabels
                ? [ColumnType.Scalar<byte>(), ColumnType.Text, ColumnType.Scalar<double>(), ColumnType.Scalar<long>()]
                : [ColumnType.Scalar<byte>()]);
        Events = new RowBlock([.. content.Types, ColumnType.Scalar<ushort>()]);
        Tensors = [.. content.Tensors.Select(shape => new TensorBlock(shape))];
    }

    /// <summary>Users, times as of which they were served, definition hashes, and in training sets requests and labels.</summary>
    public RowBlock Sequences { get; }

    /// <summary>Users, times, ids and columns, a row for each event. The last column is the event type.</summary>
    public RowBlock Events { get; }

    /// <summary>The tensors.</summary>
    public IReadOnlyList<TensorBlock> Tensors { get; }

    /// <summary>For each sequence the row after its last event.</summary>
    public IReadOnlyList<int> Ends => _ends;

    /// <summary>Bytes of the sequences, without spare room.</summary>
    public long UsedBytes => Sequences.UsedBytes + Events.UsedBytes + Tensors.Sum(tensor => tensor.UsedBytes);

    /// <summary>Adds a sequence of a log.</summary>
    public void Add(in LoggedSequence sequence)
    {
        Sequences.AddKeys([sequence.User], [sequence.AsOfMs], [sequence.DefinitionHash]);
        Sequences.Columns[StatusColumn].AddFixed([(byte)sequence.Status], [], 1);
        AddEvents(sequence.User, sequence.Times, sequence.Ids, sequence.EventTypes);
        for (int i = 0; i < _content.Names.Count; i++)
        {
            string name = _content.Names[i];
            if (!_content.Types[i].IsVariable)
            {
                Events.Columns[i].AddFixed(sequence.FixedBytes(name), sequence.States(name), sequence.Count);
                continue;
            }

            for (int row = 0; row < sequence.Count; row++)
            {
                AddBytes(Events.Columns[i], sequence.Bytes(name, row), sequence.States(name)[row]);
            }
        }
    }

    /// <summary>Adds a row of a training set.</summary>
    public void Add(in TrainingRow row)
    {
        ServedSequence sequence = row.Sequence;
        Sequences.AddKeys([sequence.User], [sequence.NowMs], [_content.DefinitionHash]);
        Sequences.Columns[StatusColumn].AddFixed([(byte)sequence.Status], [], 1);
        AddBytes(Sequences.Columns[RequestColumn], System.Text.Encoding.UTF8.GetBytes(row.RequestId), ColumnState.Value);
        AddOptional(Sequences.Columns[LabelColumn], row.Label);
        AddOptional(Sequences.Columns[LabelTimeColumn], row.LabelMs);
        AddEvents(sequence.User, sequence.Times, sequence.Ids, sequence.EventTypes);
        for (int i = 0; i < _content.Names.Count; i++)
        {
            string name = _content.Names[i];
            if (!_content.Types[i].IsVariable)
            {
                Events.Columns[i].AddFixed(sequence.FixedBytes(name), sequence.States(name), sequence.Count);
                continue;
            }

            for (int at = 0; at < sequence.Count; at++)
            {
                AddBytes(Events.Columns[i], sequence.Bytes(name, at), sequence.States(name)[at]);
            }
        }

        foreach (TensorBlock tensor in Tensors)
        {
            tensor.Add(sequence);
        }
    }

    /// <summary>Removes all sequences and keeps the memory.</summary>
    public void Clear()
    {
        Sequences.Clear();
        Events.Clear();
        _ends.Clear();
        foreach (TensorBlock tensor in Tensors)
        {
            tensor.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sequences.Dispose();
        Events.Dispose();
        foreach (TensorBlock tensor in Tensors)
        {
            tensor.Dispose();
        }
    }

    private static void AddBytes(ColumnBlock column, ReadOnlySpan<byte> value, ColumnState state) =>
        column.AddVariable(value, [0, value.Length], [state]);

    private static void AddOptional<T>(ColumnBlock column, T? value)
        where T : unmanaged
    {
        T cell = value.GetValueOrDefault();
        column.AddFixed(
            MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in cell)), [value is null ? ColumnState.Null : ColumnState.Value], 1);
    }

    private void AddEvents(UserId user, ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids, ReadOnlySpan<ushort> types)
    {
        if (_user.Length < times.Length)
        {
            _user = new UserId[times.Length];
        }

        Span<UserId> users = _user.AsSpan(0, times.Length);
        users.Fill(user);
        Events.AddKeys(users, times, ids);
        Events.Columns[^1].AddFixed(MemoryMarshal.AsBytes(types), [], times.Length);
        _ends.Add(Events.Count);
    }
}
