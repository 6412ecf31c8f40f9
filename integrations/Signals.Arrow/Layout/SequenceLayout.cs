using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>The columns of batches of one definition's sequences (docs/arrow.md).</summary>
/// <remarks>Thread contract: one thread at a time; reused from batch to batch.</remarks>
internal sealed class SequenceLayout
{
    private readonly SequenceDefinition _definition;
    private readonly List<ILayoutColumn> _columns = [];

    /// <param name="first">A sequence, from which the columns and their types are taken.</param>
    /// <param name="options">What the batches hold.</param>
    public SequenceLayout(in ServedSequence first, SequenceBatchOptions options)
    {
        _definition = first.Definition;
        AddKeys();
        HashSet<string> taken = [.. _columns.Select(column => column.Field.Name), "request_id", "label", "label_time"];
        if (options.Columns)
        {
            foreach (string column in first.ColumnNames)
            {
                string name = taken.Contains(column) ? "field:" + column : column;
                _columns.Add(new FeatureColumn(name, column, first.TypeOf(column)));
                if (options.States)
                {
                    _columns.Add(new StateColumn(name + ":state", column));
                }
            }
        }

        if (options.Tensors)
        {
            _columns.AddRange(first.Tensors.Select(shape => new TensorColumn(shape)));
        }

        Metadata = MetadataOf(first, options);
        RequireDistinctNames();
    }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public IEnumerable<Field> Fields => _columns.Select(column => column.Field);

    public long Bytes => _columns.Sum(column => column.Bytes);

    /// <summary>Throws unless the sequence has the columns of this layout.</summary>
    /// <exception cref="ArgumentException">It is of another definition, or of a store with another schema.</exception>
    public void Require(in ServedSequence sequence)
    {
        SequenceDefinition other = sequence.Definition;
        if (!ReferenceEquals(other, _definition) && other != _definition)
        {
            throw new ArgumentException(
                $"The batch holds sequences of '{_definition.Name}' version {_definition.Version}; this one is of '{other.Name}' version "
                + $"{other.Version}, or was read with other overrides. Give it a batch of its own.",
                nameof(sequence));
        }

        foreach (ILayoutColumn column in _columns)
        {
            column.Require(sequence);
        }
    }

    /// <summary>Appends a sequence that has the columns of this layout.</summary>
    public void Append(in ServedSequence sequence)
    {
        foreach (ILayoutColumn column in _columns)
        {
            column.Append(sequence);
        }
    }

    public IEnumerable<ArrayData> Take(BatchMemory memory) => [.. _columns.Select(column => column.Take(memory))];

    private static Dictionary<string, string> MetadataOf(in ServedSequence first, SequenceBatchOptions options)
    {
        SequenceDefinition definition = first.Definition;
        Dictionary<string, string> types = [];
        foreach (EventTypeSchema type in first.TypesRead)
        {
            types.Add(type.Id.ToString(CultureInfo.InvariantCulture), type.Name);
        }

        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["signals.format"] = "1",
            ["signals.definition"] = definition.Name,
            ["signals.definition_version"] = definition.Version.ToString(CultureInfo.InvariantCulture),
            ["signals.order"] = definition.Order == SequenceOrder.OldestFirst ? "oldest_first" : "newest_first",
            ["signals.states"] = options.States ? "kept" : "merged",
            ["signals.event_types"] = JsonSerializer.Serialize(types, LayoutJson.Default.DictionaryStringString),
        };
        if (definition.IsPortable)
        {
            metadata.Add("signals.definition_hash", definition.ComputeContentHash().ToString("x32", CultureInfo.InvariantCulture));
            metadata.Add("signals.definition_json", definition.ToJson());
        }

        return metadata;
    }

    private void AddKeys()
    {
        _columns.Add(new SequenceKeyColumn<VariableWriter>(
            "user", new VariableWriter(StringType.Default), static (writer, in sequence) => writer.Append(sequence.User.ToString())));
        _columns.Add(new SequenceKeyColumn<FixedWriter>(
            "user_id", new FixedWriter(new FixedSizeBinaryType(16), 16), static (writer, in sequence) =>
            {
                Span<byte> bytes = writer.Reserve(1);
                BinaryPrimitives.WriteUInt64BigEndian(bytes, sequence.User.High);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], sequence.User.Low);
            }));
        _columns.Add(new SequenceKeyColumn<FixedWriter>(
            "as_of", new FixedWriter(ArrowTypes.Time, sizeof(long)), static (writer, in sequence) => writer.Append(sequence.NowMs)));
        _columns.Add(new SequenceKeyColumn<FixedWriter>(
            "status", new FixedWriter(UInt8Type.Default, 1), static (writer, in sequence) => writer.Append((byte)sequence.Status)));
        _columns.Add(new EventKeyColumn(
            "time", ArrowTypes.Time, sizeof(long), static (in sequence) => MemoryMarshal.AsBytes(sequence.Times)));
        _columns.Add(new EventKeyColumn(
            "id", UInt64Type.Default, sizeof(ulong), static (in sequence) => MemoryMarshal.AsBytes(sequence.Ids)));
        _columns.Add(new EventKeyColumn(
            "type", UInt16Type.Default, sizeof(ushort), static (in sequence) => MemoryMarshal.AsBytes(sequence.EventTypes)));
    }

    private void RequireDistinctNames()
    {
        string? twice = _columns.GroupBy(column => column.Field.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw new ArgumentException(
                $"Two columns of a batch of '{_definition.Name}' would be called '{twice}'; give the definition's column another name.");
        }
    }
}
