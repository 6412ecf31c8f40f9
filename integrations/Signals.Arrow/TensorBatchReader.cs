using System.Buffers.Binary;
using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Arrow.Layout;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Arrow;

/// <summary>
/// Reads the tensors of many users into record batches. The features are written straight into the memory of the Arrow arrays: no value
/// is copied on the way.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. A padded tensor is a column of the canonical extension type
/// <c>arrow.fixed_shape_tensor</c>, a jagged one a list of rows; its offsets are those that the read writes.
/// </remarks>
public sealed class TensorBatchReader
{
    private readonly SignalStore _store;
    private readonly SequenceDefinition _definition;
    private readonly BoundTensor[] _tensors;
    private readonly GrowingBlock _offsets = new();
    private readonly VariableWriter _users = new(StringType.Default);
    private readonly FixedWriter _ids = new(new FixedSizeBinaryType(16), 16);
    private readonly FixedWriter _statuses = new(UInt8Type.Default, 1);
    private readonly FixedWriter _lengths = new(Int32Type.Default, sizeof(int));
    private readonly TensorSet _set = new();
    private readonly bool _isPadded;

    /// <summary>Prepares reads of a definition, as it serves now.</summary>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="ArgumentException">The definition describes no tensors.</exception>
    public TensorBatchReader(SignalStore store, string definition)
    {
        ArgumentNullException.ThrowIfNull(store);
        IReadOnlyList<TensorDescription> shapes = store.Definitions.TensorsOf(definition);
        if (shapes.Count == 0 || !store.Definitions.TryGet(definition, out SequenceDefinition? found))
        {
            throw new ArgumentException(
                $"The definition '{definition}' describes no tensors; its answers are columns.", nameof(definition));
        }

        _store = store;
        _definition = found;
        _isPadded = shapes[0].Rows > 0;
        _tensors = [.. shapes.Select(shape => new BoundTensor(shape))];
        Schema = new Schema(FieldsOf(_tensors), Metadata());
    }

    /// <summary>The schema of the batches: user, user_id, status, length, then a column for each tensor.</summary>
    public Schema Schema { get; }

    /// <summary>Reads the tensors of these users, a row for each. Dispose the batch.</summary>
    /// <param name="users">The users; a batch holds at most 2 GiB of each tensor.</param>
    /// <param name="options">What the read asks for in addition.</param>
    /// <exception cref="ArgumentException">The definition was replaced or retired since this reader was made.</exception>
    public PooledRecordBatch Read(ReadOnlySpan<UserId> users, ReadOptions options = default)
    {
        RequireSameDefinition();
        int size = _definition.Size.Value;
        foreach (BoundTensor tensor in _tensors)
        {
            tensor.Bind(_set, users.Length, size);
        }

        _offsets.Shorten(0);
        _offsets.Reserve((users.Length + 1) * sizeof(int)).Clear();
        if (!_isPadded)
        {
            _set.BindOffsets(new TypedMemory<int>(_offsets.Memory).Memory);
        }

        _store.ReadTensors(users, _definition.Name, _set, options);
        RequireSameDefinition(); // it may have been replaced during the read
        return Build(users);
    }

    /// <summary>A read goes by the name, and the schema says which definition's content is in the batch.</summary>
    private void RequireSameDefinition()
    {
        if (!_store.Definitions.TryGet(_definition.Name, out SequenceDefinition? now)
            || (!ReferenceEquals(now, _definition) && now != _definition))
        {
            throw new ArgumentException($"The definition '{_definition.Name}' was replaced or retired; make another reader.");
        }
    }

    private PooledRecordBatch Build(ReadOnlySpan<UserId> users)
    {
        int rows = 0;
        for (int i = 0; i < users.Length; i++)
        {
            _users.Append(users[i].ToString());
            Span<byte> id = _ids.Reserve(1);
            BinaryPrimitives.WriteUInt64BigEndian(id, users[i].High);
            BinaryPrimitives.WriteUInt64BigEndian(id[sizeof(ulong)..], users[i].Low);
            _statuses.Append((byte)_set.Statuses[i]);
            _lengths.Append(_set.Lengths[i]);
            rows += _set.Lengths[i];
        }

        BatchMemory memory = new();
        ArrowBuffer offsets = new(_offsets.Take(memory));
        IArrowArray[] arrays =
        [
            .. new ColumnWriter[] { _users, _ids, _statuses, _lengths }.Select(column => ArrowArrayFactory.BuildArray(column.Take(memory))),
            .. _tensors.Select(tensor => ArrowArrayFactory.BuildArray(tensor.Take(memory, _set.UserCount, offsets, rows))),
        ];
        return new PooledRecordBatch(Schema, arrays, users.Length, memory);
    }

    private static IEnumerable<Field> FieldsOf(IEnumerable<BoundTensor> tensors) =>
    [
        new Field("user", StringType.Default, nullable: false), new Field("user_id", new FixedSizeBinaryType(16), nullable: false),
        new Field("status", UInt8Type.Default, nullable: false), new Field("length", Int32Type.Default, nullable: false),
        .. tensors.Select(tensor => tensor.Field),
    ];

    private Dictionary<string, string> Metadata()
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["signals.format"] = "1",
            ["signals.definition"] = _definition.Name,
            ["signals.definition_version"] = _definition.Version.ToString(CultureInfo.InvariantCulture),
        };
        if (_definition.IsPortable)
        {
            metadata.Add("signals.definition_hash", _definition.ComputeContentHash().ToString("x32", CultureInfo.InvariantCulture));
        }

        return metadata;
    }
}
