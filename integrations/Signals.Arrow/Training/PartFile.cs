using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Arrow.Layout;
using Signals.Serving;
using Signals.Training;
using Signals.Training.Making;

namespace Signals.Arrow.Training;

/// <summary>One Arrow file of a training set: request, label, and the columns of the sequences.</summary>
/// <remarks>Thread contract: one thread at a time. Memory: one record batch that grows and is written when it is large enough.</remarks>
internal sealed class PartFile(string path, ArrowTrainingOptions options) : IDisposable
{
    private readonly VariableWriter _requests = new(StringType.Default);
    private readonly FixedWriter _labels = new(DoubleType.Default, sizeof(double));
    private readonly FixedWriter _labelTimes = new(ArrowTypes.Time, sizeof(long));
    private SequenceLayout? _layout;
    private Schema? _schema;
    private FileStream? _file;
    private ArrowFileWriter? _writer;
    private int _rows;

    public void Append(in TrainingRow row)
    {
        if (_writer is null)
        {
            Begin(row.Sequence);
        }

        _layout!.Require(row.Sequence);
        _requests.Append(row.RequestId);
        Append(_labels, row.Label);
        Append(_labelTimes, row.LabelMs);
        _layout.Append(row.Sequence);
        _rows++;
        if (_rows >= options.BatchRows || _layout.Bytes >= options.BatchBytes)
        {
            WriteBatch();
        }
    }

    /// <summary>Writes the rest and the footer, and syncs the file.</summary>
    public long Complete()
    {
        if (_rows > 0)
        {
            WriteBatch();
        }

        _writer!.WriteEnd();
        long bytes = _file!.Length;
        _file.Dispose();
        DurableFiles.SyncFile(path);
        return bytes;
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _file?.Dispose();
    }

    private static void Append<T>(FixedWriter writer, T? value)
        where T : unmanaged
    {
        if (value is { } known)
        {
            writer.Append(known);
        }
        else
        {
            writer.AppendNull();
        }
    }

    private void Begin(in ServedSequence first)
    {
        _layout = new SequenceLayout(first, options.Content);
        _schema = new Schema(
            [
                new Field("request_id", StringType.Default, nullable: false),
                new Field("label", DoubleType.Default, nullable: true),
                new Field("label_time", ArrowTypes.Time, nullable: true),
                .. _layout.Fields,
            ],
            _layout.Metadata);
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1 << 16);
        _writer = new ArrowFileWriter(_file, _schema, leaveOpen: true);
        _writer.WriteStart();
    }

    private void WriteBatch()
    {
        BatchMemory memory = new();
        IArrowArray[] arrays =
        [
            .. new ColumnWriter[] { _requests, _labels, _labelTimes }.Select(column => ArrowArrayFactory.BuildArray(column.Take(memory))),
            .. _layout!.Take(memory).Select(ArrowArrayFactory.BuildArray),
        ];
        using PooledRecordBatch batch = new(_schema!, arrays, _rows, memory);
        _writer!.WriteRecordBatch(batch);
        _rows = 0;
    }
}
