using System.Buffers.Text;
using System.Text;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>Decides the event type of a row. Immutable; allocates nothing per row.</summary>
internal sealed class EventTypeRule
{
    private readonly EventTypeSource _source;
    private readonly CsvColumns _columns;
    private readonly EventTypeSchema[] _types;
    private readonly byte[][] _names;

    /// <summary>The rule of <paramref name="mapping"/>, whose names are the schema's event types in that order.</summary>
    public EventTypeRule(EventTypeMapping mapping, CsvColumns columns, StoreSchema schema)
    {
        _source = mapping.Source;
        _columns = columns;
        _types = [.. mapping.Names.Select(name => schema[name])];
        _names = [.. mapping.Names.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The row's event type, or null when the column holds none of the known names.</summary>
    public EventTypeSchema? Find(CsvRowParser row) => _source switch
    {
        EventTypeSource.Constant => _types[0],
        EventTypeSource.OnlineRetail => FindName(RetailName(row.Field(_columns.Type), row.Field(_columns.Quantity))),
        _ => FindName(row.Field(_columns.Type)),
    };

    /// <summary>An invoice number that starts with C is a cancellation, with A an adjustment; else the quantity's sign decides.</summary>
    internal static ReadOnlySpan<byte> RetailName(ReadOnlySpan<byte> invoice, ReadOnlySpan<byte> quantity)
    {
        if (invoice.StartsWith("C"u8))
        {
            return "cancel"u8;
        }
        if (invoice.StartsWith("A"u8))
        {
            return "adjust"u8;
        }
        return Utf8Parser.TryParse(quantity, out long units, out _) && units > 0 ? "sale"u8 : "stock_writeoff"u8;
    }

    private EventTypeSchema? FindName(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                return _types[i];
            }
        }
        return null;
    }
}
