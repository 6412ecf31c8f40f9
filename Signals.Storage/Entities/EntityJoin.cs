using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Enrichment;
using Signals.Storage.Entities;
using Signals.Storage.Primitives;

namespace Signals.Enrichment;

/// <summary>
/// An enricher that looks up the key of each event in an entity table. Columns of the entity become enrichments of the event.
/// Values are copied straight from the blocks of the table into the batch.
/// </summary>
/// <remarks>
/// Thread contract: any number of threads. A batch sees one version of the table. Does not own the table. It allocates nothing
/// once it has kept scratch memory for as many batches as run at the same time, as long as these are few or small.
/// </remarks>
public sealed class EntityJoin : IEnricher
{
    private const long MostScratchBytes = 8 << 20;
    private const int BytesPerRow = 64;

    private readonly EntityTable _table;
    private readonly int[] _columns;
    private readonly ColumnType _keyType;
    private readonly bool _nullWhenMissing;
    private readonly AgingPool<Scratch> _scratch = new(Environment.ProcessorCount * 4, MostScratchBytes);

    /// <summary>Prepares a join.</summary>
    /// <exception cref="ArgumentException">
    /// A name is invalid or used twice, the table lacks a column, or the type of the key cannot be a key.
    /// </exception>
    public EntityJoin(EntityTable table, EntityJoinOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        if (!options.KeyType.IsInteger && !options.KeyType.IsVariable)
        {
            throw new ArgumentException($"KeyType is {options.KeyType}; expected an integer, text or bytes.", nameof(options));
        }

        _table = table;
        _keyType = options.KeyType;
        _nullWhenMissing = options.NullWhenMissing;
        _columns = [.. options.Columns.Select(pair => table.OrdinalOf(pair.Column))];
        EnrichmentSignatureBuilder signature = EnrichmentSignature.Named(options.Name, options.Version)
            .On([.. options.EventTypes])
            .AddInput(options.Key, options.KeyType);
        foreach ((string column, string output) in options.Columns)
        {
            signature.AddOutput(output, table.Schema.Columns[table.OrdinalOf(column)].Type);
        }

        Signature = signature.Build();
    }

    /// <inheritdoc/>
    public EnrichmentSignature Signature { get; }

    /// <inheritdoc/>
    public void Enrich(EnrichmentBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Scratch scratch = _scratch.TryRent() ?? new Scratch();

        scratch.Begin(batch.Count);
        AskFor(batch.InputRows(0), scratch.Probe);
        _table.Find(scratch.Probe, _columns, batch.Outputs, scratch.Found);
        if (_nullWhenMissing)
        {
            foreach (OutputRows output in batch.Outputs)
            {
                SetMissing(output, scratch.Found.AsSpan(0, batch.Count));
            }
        }

        _scratch.Return(scratch);
    }

    private void AskFor(IColumnRows keys, EntityProbe probe)
    {
        ReadOnlySpan<byte> states = keys.RowStates;
        for (int row = 0; row < states.Length; row++)
        {
            if (states[row] != (byte)ColumnState.Value)
            {
                continue;
            }

            ReadOnlySpan<byte> value = keys.GetValue(row);
            if (_keyType.IsInteger)
            {
                probe.Add(row, EntityKey.From(Widened(value)));
            }
            else if (!value.IsEmpty)
            {
                probe.Add(row, EntityKey.FromUtf8(value));
            }
        }
    }

    private ulong Widened(ReadOnlySpan<byte> value) => _keyType.Kind switch
    {
        ColumnKind.Int8 => (ulong)(sbyte)value[0],
        ColumnKind.UInt8 => value[0],
        ColumnKind.Int16 => (ulong)BinaryPrimitives.ReadInt16LittleEndian(value),
        ColumnKind.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(value),
        ColumnKind.Int32 => (ulong)BinaryPrimitives.ReadInt32LittleEndian(value),
        ColumnKind.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(value),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(value),
    };

    private static void SetMissing(OutputRows output, ReadOnlySpan<bool> found)
    {
        for (int row = 0; row < found.Length; row++)
        {
            if (!found[row])
            {
                output.SetNull(row);
            }
        }
    }

    private sealed class Scratch : PooledObject
    {
        private int _rows;

        public EntityProbe Probe { get; } = new();

        public bool[] Found { get; private set; } = [];

        public override long HeldBytes => (long)Found.Length * BytesPerRow;

        public override long UsedBytes => (long)_rows * BytesPerRow;

        public void Begin(int rows)
        {
            Probe.Clear();
            _rows = rows;
            if (Found.Length < rows)
            {
                Found = new bool[Math.Max(rows, 2 * Found.Length)];
            }

            Array.Clear(Found);
        }
    }
}
