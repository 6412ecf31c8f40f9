using System.Buffers;
using System.Globalization;
using System.Text;
using ParquetSharp;
using Signals.Parquet.Reading;
using Signals.Parquet.Reading.Columns;
using Signals.Serving;

namespace Signals.Parquet.Training;

/// <summary>A column that becomes text, or the bytes of a receipt. Thread contract: one thread.</summary>
internal sealed class InputText
{
    private const int UuidBytes = 16;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly LeafKind _kind;

    private InputText(ColumnCursor column, LeafKind kind) => (Column, _kind) = (column, kind);

    /// <summary>The column; the caller disposes it.</summary>
    public ColumnCursor Column { get; }

    /// <summary>Opens a column; null when it holds something else.</summary>
    public static InputText? Open(GroupPlace place, Leaf leaf, ColumnFactory columns, int batchRows)
    {
        ColumnCursor? column = (leaf.MaxRepetition, leaf.Kind, leaf.Physical) switch
        {
            (0, LeafKind.Text or LeafKind.Bytes, PhysicalType.ByteArray) => new BytesColumn(place, leaf, batchRows),
            (0, LeafKind.Uuid, PhysicalType.FixedLenByteArray) when leaf.Length == UuidBytes =>
                new FixedBytesColumn(place, leaf, batchRows),
            (0, LeafKind.Bytes, PhysicalType.FixedLenByteArray) when leaf.Length == SequenceReceipt.Bytes =>
                new FixedBytesColumn(place, leaf, batchRows),
            (0, LeafKind.Signed, _) => columns.Number<long>(leaf),
            (0, LeafKind.Unsigned, _) => columns.Number<ulong>(leaf),
            _ => null,
        };
        return column is null ? null : new InputText(column, leaf.Kind);
    }

    /// <summary>The text of a row that has a value.</summary>
    /// <exception cref="DecoderFallbackException">Its bytes are not UTF-8, so that two different values could become one text.</exception>
    public string TextOf(int row) => Column switch
    {
        BytesCursor uuid when _kind == LeafKind.Uuid => new Guid(uuid.ValueOf(row), bigEndian: true).ToString(),
        BytesCursor text => Strict.GetString(text.ValueOf(row)),
        ValueCursor<long> number => number.Values[row].ToString(CultureInfo.InvariantCulture),
        _ => ((ValueCursor<ulong>)Column).Values[row].ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The receipt of a row that has a value: its bytes, or text of them as base64 or hex.</summary>
    public bool TryReceipt(int row, out SequenceReceipt receipt)
    {
        receipt = default;
        if (Column is not BytesCursor column)
        {
            return false;
        }

        ReadOnlySpan<byte> value = column.ValueOf(row);
        if (value.Length == SequenceReceipt.Bytes)
        {
            return SequenceReceipt.TryRead(value, out receipt);
        }

        byte[] bytes = new byte[SequenceReceipt.Bytes];
        string text = System.Text.Encoding.UTF8.GetString(value);
        bool isText = text.Length == 2 * SequenceReceipt.Bytes
            ? Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done
            : Convert.TryFromBase64String(text, bytes, out int length) && length == bytes.Length;
        return isText && SequenceReceipt.TryRead(bytes, out receipt);
    }
}
