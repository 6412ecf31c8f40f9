using FASTER.core;

namespace Signals.Bench.Candidates;

/// <summary>One session of FASTER: inserts of rows, reads and writes of whole values. Used by one thread at a time.</summary>
internal sealed class FasterSession : IDisposable
{
    private readonly FasterFunctions _functions;
    private readonly ClientSession<FasterKey, SpanByte, PackedRow, FasterOutput, Empty,
        IFunctions<FasterKey, SpanByte, PackedRow, FasterOutput, Empty>> _session;

    public FasterSession(FasterKV<FasterKey, SpanByte> store, int rowBytes)
    {
        _functions = new FasterFunctions(rowBytes);
        SessionVariableLengthStructSettings<SpanByte, PackedRow> lengths = new() { valueLength = new FasterRowLength(rowBytes) };
        _session = store.NewSession(_functions, null, lengths);
    }

    /// <summary>Puts a row into the head of a user and type.</summary>
    public void Insert(ulong user, byte type, ref PackedRow row)
    {
        FasterKey key = new(user, type, 0);
        FasterOutput output = default;
        Status status = _session.RMW(ref key, ref row, ref output);
        if (status.IsPending)
        {
            _session.CompletePendingWithOutputs(out var outputs, wait: true);
            using (outputs)
            {
                output = outputs.Next() ? outputs.Current.Output : default;
            }
        }

        if (output.Part > 0)
        {
            Write(new FasterKey(user, type, (uint)output.Part), _functions.Part);
        }
    }

    public unsafe void Write(FasterKey key, Span<byte> value)
    {
        fixed (byte* bytes = value)
        {
            SpanByte source = SpanByte.FromPointer(bytes, value.Length);
            if (_session.Upsert(ref key, ref source).IsPending)
            {
                _session.CompletePending(wait: true);
            }
        }
    }

    /// <summary>Shows a value to the visitor. False when there is no such key.</summary>
    public bool TryVisit(FasterKey key, IFasterVisitor visitor)
    {
        _functions.Visitor = visitor;
        PackedRow none = default;
        FasterOutput output = default;
        Status status = _session.Read(ref key, ref none, ref output);
        if (!status.IsPending)
        {
            return status.Found;
        }

        _session.CompletePendingWithOutputs(out var outputs, wait: true);
        using (outputs)
        {
            return outputs.Next() && outputs.Current.Status.Found;
        }
    }

    public void Dispose() => _session.Dispose();
}
