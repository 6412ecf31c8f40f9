using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Interop;

/// <summary>
/// What a consumer of the C data interface was given of one record batch: the structs, and a hold on the batch's memory. Each struct that
/// the consumer may release on its own counts once; with the last of them everything is let go.
/// </summary>
/// <remarks>
/// Thread contract: made by one thread; released by any threads of the consumer. Invariant: buffers of a
/// <see cref="PooledRecordBatch"/> are exported without a copy. Buffers of other batches are pinned where they lie, and their batch is
/// disposed with the last release.
/// </remarks>
internal sealed unsafe class ExportedBatch
{
    private static readonly long* Zero = (long*)NativeMemory.AllocZeroed(sizeof(long)); // the place of a buffer without bytes

    private readonly List<MemoryHandle> _pins = [];
    private readonly List<nint> _structs = [];
    private readonly List<GCHandle> _handles = []; // those that no release has freed, should the export fail
    private readonly RecordBatch _batch;
    private readonly BatchMemory? _memory;
    private int _holders;

    private ExportedBatch(RecordBatch batch)
    {
        _batch = batch;
        _memory = (batch as PooledRecordBatch)?.Memory;
        _memory?.Hold();
    }

    /// <summary>Fills a struct of the consumer. The batch belongs to the consumer from now on, unless this throws.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    /// <exception cref="NotSupportedException">A column holds views of text or bytes.</exception>
    public static void Export(RecordBatch batch, ArrowArrayStruct* destination)
    {
        ExportedBatch export = new(batch);
        ArrowArrayStruct filled = default;
        try
        {
            export.FillBatch(&filled);
        }
        catch
        {
            export._handles.ForEach(handle => handle.Free()); // nothing was handed out, so nobody will release
            export.LetGo(disposeBatch: false);
            throw;
        }

        *destination = filled;
        if (export._memory is not null)
        {
            batch.Dispose(); // the consumer's hold is the one that is left
        }
    }

    private void FillBatch(ArrowArrayStruct* target)
    {
        target->Length = _batch.Length;
        target->BufferCount = 1;
        target->Buffers = (void**)Allocate(sizeof(void*));
        target->Buffers[0] = null; // no row of a batch is null
        target->ChildCount = _batch.ColumnCount;
        target->Children = (ArrowArrayStruct**)Allocate(_batch.ColumnCount * sizeof(ArrowArrayStruct*));
        for (int i = 0; i < _batch.ColumnCount; i++)
        {
            target->Children[i] = (ArrowArrayStruct*)Allocate(sizeof(ArrowArrayStruct));
            Fill(_batch.Column(i).Data, target->Children[i]);
        }

        Own(target);
    }

    private void Fill(ArrayData data, ArrowArrayStruct* target)
    {
        if (data.DataType.TypeId is ArrowTypeId.StringView or ArrowTypeId.BinaryView)
        {
            // The interface wants one more buffer for them, with the sizes of the others.
            throw new NotSupportedException(
                $"A column of the type {data.DataType.Name} cannot be exported; make it a column of text or bytes without views.");
        }

        *target = default;
        target->Length = data.Length;
        target->NullCount = data.NullCount;
        target->Offset = data.Offset;
        target->BufferCount = data.Buffers.Length;
        target->Buffers = (void**)Allocate(data.Buffers.Length * sizeof(void*));
        for (int i = 0; i < data.Buffers.Length; i++)
        {
            // Only the first buffer, the validity bitmap, may be left out.
            target->Buffers[i] = data.Buffers[i].IsEmpty ? (i == 0 ? null : Zero) : Pin(data.Buffers[i].Memory);
        }

        int children = data.Children?.Length ?? 0;
        target->ChildCount = children;
        target->Children = children == 0 ? null : (ArrowArrayStruct**)Allocate(children * sizeof(ArrowArrayStruct*));
        for (int i = 0; i < children; i++)
        {
            target->Children[i] = (ArrowArrayStruct*)Allocate(sizeof(ArrowArrayStruct));
            Fill(data.Children![i], target->Children[i]);
        }

        if (data.Dictionary is not null)
        {
            target->Dictionary = (ArrowArrayStruct*)Allocate(sizeof(ArrowArrayStruct));
            Fill(data.Dictionary, target->Dictionary);
        }

        Own(target);
    }

    private void* Pin(ReadOnlyMemory<byte> memory)
    {
        MemoryHandle pin = memory.Pin();
        _pins.Add(pin);
        return pin.Pointer;
    }

    private void* Allocate(int bytes)
    {
        void* place = NativeMemory.AllocZeroed((nuint)Math.Max(1, bytes));
        _structs.Add((nint)place);
        return place;
    }

    private void Own(ArrowArrayStruct* target)
    {
        _holders++;
        GCHandle handle = GCHandle.Alloc(this);
        _handles.Add(handle);
        target->PrivateData = (void*)GCHandle.ToIntPtr(handle);
        target->Release = &Release;
    }

    /// <summary>Called by the consumer for a struct that it was given or has moved; also for each child that it did not move.</summary>
    [UnmanagedCallersOnly]
    private static void Release(ArrowArrayStruct* target) => ReleaseOne(target);

    private static void ReleaseOne(ArrowArrayStruct* target)
    {
        if (target is null || target->Release is null)
        {
            return;
        }

        for (long i = 0; i < target->ChildCount; i++)
        {
            ReleaseOne(target->Children[i]); // null where the consumer moved the child away
        }

        ReleaseOne(target->Dictionary);
        GCHandle handle = GCHandle.FromIntPtr((nint)target->PrivateData);
        ExportedBatch export = (ExportedBatch)handle.Target!;
        handle.Free();
        target->Release = null;
        target->PrivateData = null;
        if (Interlocked.Decrement(ref export._holders) == 0)
        {
            export.LetGo(disposeBatch: export._memory is null);
        }
    }

    private void LetGo(bool disposeBatch)
    {
        foreach (MemoryHandle pin in _pins)
        {
            pin.Dispose();
        }

        foreach (nint place in _structs)
        {
            NativeMemory.Free((void*)place);
        }

        _memory?.Release();
        if (disposeBatch)
        {
            _batch.Dispose();
        }
    }
}
