using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.C;
using Apache.Arrow.Types;

namespace Signals.Arrow.Interop;

/// <summary>A stream of record batches as a consumer of the C stream interface sees it.</summary>
/// <remarks>
/// Thread contract: as the interface says, the consumer calls it from one thread at a time. Lifetime: until the consumer releases it.
/// Batches that it was given live on until it releases them, too. An exception of the batches' source becomes an error code and a message,
/// and ends the stream: every later call for a batch gives the same error, since a source that failed would look like one that has ended.
/// </remarks>
internal sealed unsafe class ExportedStream
{
    private const int IoError = 5; // EIO
    private const int Invalid = 22; // EINVAL

    private readonly Schema _schema;
    private readonly IEnumerator<RecordBatch> _batches;
    private Exception? _failure; // of the first call for a batch that failed
    private nint _lastError;

    private ExportedStream(Schema schema, IEnumerator<RecordBatch> batches)
    {
        _schema = schema;
        _batches = batches;
    }

    public static void Export(Schema schema, IEnumerable<RecordBatch> batches, ArrowStreamStruct* destination)
    {
        ExportedStream stream = new(schema, batches.GetEnumerator());
        *destination = new ArrowStreamStruct
        {
            GetSchema = &GetSchema,
            GetNext = &GetNext,
            GetLastError = &GetLastError,
            Release = &Release,
            PrivateData = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(stream)),
        };
    }

    [UnmanagedCallersOnly]
    private static int GetSchema(ArrowStreamStruct* self, CArrowSchema* schema)
    {
        ExportedStream stream = Of(self);
        try
        {
            CArrowSchemaExporter.ExportSchema(stream._schema, schema);
            return 0;
        }
        catch (Exception error)
        {
            // No exception may cross into the consumer's code; it gets the message by GetLastError.
            return stream.Fail(error, Invalid);
        }
    }

    [UnmanagedCallersOnly]
    private static int GetNext(ArrowStreamStruct* self, ArrowArrayStruct* array)
    {
        ExportedStream stream = Of(self);
        *array = default; // without a release it says that the stream has ended
        if (stream._failure is not null)
        {
            return stream.Fail(stream._failure, IoError);
        }

        RecordBatch? batch = null;
        try
        {
            if (stream._batches.MoveNext())
            {
                batch = stream._batches.Current;
                stream.RequireSchema(batch);
                ExportedBatch.Export(batch, array);
            }

            return 0;
        }
        catch (Exception error)
        {
            // As in GetSchema. The source gave the batch away, and the consumer did not get it.
            batch?.Dispose();
            stream._failure = error;
            return stream.Fail(error, IoError);
        }
    }

    [UnmanagedCallersOnly]
    private static byte* GetLastError(ArrowStreamStruct* self) => (byte*)Of(self)._lastError;

    [UnmanagedCallersOnly]
    private static void Release(ArrowStreamStruct* self)
    {
        if (self->Release is null)
        {
            return;
        }

        GCHandle handle = GCHandle.FromIntPtr((nint)self->PrivateData);
        ExportedStream stream = (ExportedStream)handle.Target!;
        handle.Free();
        self->Release = null;
        self->PrivateData = null;
        Marshal.FreeCoTaskMem(stream._lastError);
        try
        {
            stream._batches.Dispose();
        }
        catch (Exception error)
        {
            // The consumer has no place for an error here, and an exception in its code would end the process.
            System.Diagnostics.Trace.TraceError("A source of record batches failed when it was closed: {0}", error);
        }
    }

    private static ExportedStream Of(ArrowStreamStruct* self) => (ExportedStream)GCHandle.FromIntPtr((nint)self->PrivateData).Target!;

    private void RequireSchema(RecordBatch batch)
    {
        if (batch.ColumnCount != _schema.FieldsList.Count)
        {
            throw new InvalidOperationException(
                $"A batch has {batch.ColumnCount} columns; the schema of the stream has {_schema.FieldsList.Count}.");
        }

        for (int i = 0; i < batch.ColumnCount; i++)
        {
            Field field = _schema.GetFieldByIndex(i);
            IArrowType found = batch.Column(i).Data.DataType;
            if (!PhysicalTypes.AreSame(found, field.DataType))
            {
                throw new InvalidOperationException(
                    $"The column '{field.Name}' of a batch has the type {found.Name}; the schema of the stream has {field.DataType.Name}, "
                    + "or the two differ in width, unit or children.");
            }
        }
    }

    private int Fail(Exception error, int code)
    {
        Marshal.FreeCoTaskMem(_lastError);
        _lastError = Marshal.StringToCoTaskMemUTF8(error.Message);
        return code;
    }
}
