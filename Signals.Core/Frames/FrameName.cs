using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;
using Signals.Core.Schema;

namespace Signals.Core.Frames;

/// <summary>
/// A name as a MessagePack string in its shortest form, header included. Most names fit into one comparison of 8 bytes. Immutable.
/// </summary>
internal readonly struct FrameName
{
    private readonly byte[] _bytes;
    private readonly ulong _first;
    private readonly ulong _mask;

    /// <exception cref="ArgumentException">The name is too long.</exception>
    public FrameName(string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        byte[] header = text.Length switch
        {
            <= 31 => [(byte)(MessagePackCode.MinFixStr | text.Length)],
            <= byte.MaxValue => [MessagePackCode.Str8, (byte)text.Length],
            <= ushort.MaxValue => [MessagePackCode.Str16, (byte)(text.Length >> 8), (byte)text.Length],
            _ => throw new ArgumentException($"A name of {text.Length:N0} bytes is too long for frames.", nameof(name)),
        };
        _bytes = [.. header, .. text];
        Span<byte> first = stackalloc byte[sizeof(ulong)];
        first.Clear();
        _bytes.AsSpan(0, Math.Min(_bytes.Length, first.Length)).CopyTo(first);
        _first = BinaryPrimitives.ReadUInt64LittleEndian(first);
        _mask = _bytes.Length >= sizeof(ulong) ? ulong.MaxValue : (1UL << (8 * _bytes.Length)) - 1;
    }

    /// <summary>
    /// The names by which frames call the columns of a type: those that the host gives, or the columns' own and then the former ones.
    /// </summary>
    public static IEnumerable<(string Name, ColumnSchema Column)> Of(EventTypeSchema type, Func<ColumnSchema, string>? nameInFrames)
    {
        ColumnSchema[] columns = [.. type.Columns.Where(column => !column.IsDropped)];
        return nameInFrames is not null
            ? columns.Select(column => (nameInFrames(column), column))
            : columns.Select(column => (column.Name, column))
                .Concat(columns.SelectMany(column => column.FormerNames, (column, former) => (former, column)));
    }

    /// <summary>The names by which frames call event types that are there: their own and then the former ones.</summary>
    public static IEnumerable<(string Name, EventTypeSchema Type)> OfTypes(StoreSchema schema)
    {
        EventTypeSchema[] types = [.. schema.EventTypes.Where(type => !type.IsDropped)];
        return types.Select(type => (type.Name, type))
            .Concat(types.SelectMany(type => type.FormerNames, (type, former) => (former, type)));
    }

    /// <summary>
    /// The names of event types that were dropped. So an event of one is held against the columns that it had, as where it was not dropped.
    /// One that only the declaration drops has none, and the id behind those of the schema.
    /// </summary>
    public static IEnumerable<(string Name, EventTypeSchema Type)> OfDroppedTypes(StoreSchema schema) => schema.DroppedTypes()
        .Concat(schema.DroppedNames.Select(name => new EventTypeSchema(
            name, (ushort)schema.EventTypes.Count, [], int.MaxValue, null, SchemaLimits.MaxWindow, isWindowDeclared: false)
        {
            Drop = DropState.Unknown,
        }))
        .SelectMany(type => type.AllNames(), (type, name) => (name, type));

    /// <summary>How many bytes it takes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Whether these bytes begin with the name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Begins(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(ulong))
        {
            return bytes.StartsWith(_bytes);
        }

        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes) & _mask) == _first
            && (_bytes.Length <= sizeof(ulong) || bytes.StartsWith(_bytes));
    }
}
