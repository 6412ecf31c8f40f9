using Apache.Arrow;
using Apache.Arrow.C;
using Signals.Arrow.Interop;

namespace Signals.Arrow;

/// <summary>
/// Gives record batches to other code of this process by the Arrow C data interface, without a copy: to ADBC, to DuckDB, to PyArrow in
/// an embedded Python.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Lifetime: the consumer owns what it is given, and calls the release callback of each struct. The memory
/// of a batch goes back to its pool when the consumer has released the batch and every child that it moved out of it.
/// </remarks>
public static class ArrowExport
{
    /// <summary>Fills an <c>ArrowArrayStream</c> with batches that are made as the consumer asks for them.</summary>
    /// <param name="schema">The schema of all batches.</param>
    /// <param name="batches">
    /// The batches. Each belongs to the consumer when it is asked for, so the source must not dispose or use it afterwards. The enumerator
    /// is disposed when the consumer releases the stream. An exception becomes an error of the stream, with its message.
    /// </param>
    /// <param name="stream">
    /// The address of an <c>ArrowArrayStream</c>, which is overwritten: memory of the consumer, or of
    /// <see cref="CArrowArrayStream.Create"/>.
    /// </param>
    /// <exception cref="ArgumentNullException">An argument is null, or the address is 0.</exception>
    public static unsafe void Stream(Schema schema, IEnumerable<RecordBatch> batches, nint stream)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull((void*)stream, nameof(stream));
        ExportedStream.Export(schema, batches, (ArrowStreamStruct*)stream);
    }

    /// <summary>Fills an <c>ArrowArray</c> and an <c>ArrowSchema</c> with one batch, which then belongs to the consumer.</summary>
    /// <param name="batch">The batch. Do not use or dispose it afterwards, unless the call throws.</param>
    /// <param name="array">The address of an <c>ArrowArray</c>, which is overwritten.</param>
    /// <param name="schema">The address of an <c>ArrowSchema</c>, which is overwritten; 0 to leave it out.</param>
    /// <exception cref="ArgumentNullException">The batch is null, or the address of the array is 0.</exception>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    /// <exception cref="NotSupportedException">A column holds views of text or bytes, or has a type that cannot be described.</exception>
    public static unsafe void Batch(RecordBatch batch, nint array, nint schema)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull((void*)array, nameof(array));
        if (schema == 0)
        {
            ExportedBatch.Export(batch, (ArrowArrayStruct*)array);
            return;
        }

        CArrowSchema* described = CArrowSchema.Create();
        try
        {
            // The schema comes first, and is moved to the consumer last: a failure leaves the batch the caller's and both structs alone.
            CArrowSchemaExporter.ExportSchema(batch.Schema, described);
            ExportedBatch.Export(batch, (ArrowArrayStruct*)array);
            *(CArrowSchema*)schema = *described;
            *described = default;
        }
        finally
        {
            CArrowSchema.Free(described);
        }
    }
}
