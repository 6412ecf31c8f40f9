using System.Runtime.CompilerServices;
using ParquetSharp;
using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>
/// The levels and values of a leaf in lists, collected so that Parquet's writer is called once for many events. Thread contract: one
/// thread, one leaf at a time. Lifetime: that of the leaf; what is collected is written by <see cref="Flush"/>.
/// </summary>
/// <typeparam name="T">The type of a cell.</typeparam>
/// <typeparam name="TStored">The physical type.</typeparam>
internal sealed class LevelBatch<T, TStored>
    where T : unmanaged
    where TStored : unmanaged
{
    private readonly ColumnWriter<TStored> _target;
    private readonly WriteScratch _scratch;
    private readonly StoreCells<T, TStored> _store;
    private int _levels;
    private int _values;

    /// <summary>Begins without values.</summary>
    /// <param name="target">The leaf's writer.</param>
    /// <param name="scratch">Room to work in.</param>
    /// <param name="store">Turns cells into stored values.</param>
    public LevelBatch(ColumnWriter<TStored> target, WriteScratch scratch, StoreCells<T, TStored> store)
    {
        (_target, _scratch, _store) = (target, scratch, store);
        scratch.Packed.Reserve((long)WriteScratch.Most * Unsafe.SizeOf<T>());
    }

    /// <summary>Adds a level without a value: an empty list, or an element that is null.</summary>
    public void AddNone(short definition, short repetition)
    {
        FlushIfFull();
        (_scratch.Definitions[_levels], _scratch.Repetitions[_levels]) = (definition, repetition);
        _levels++;
    }

    /// <summary>Adds values; there may be more than a call takes.</summary>
    /// <param name="cells">The values.</param>
    /// <param name="definition">The definition level of each.</param>
    /// <param name="first">The repetition level of the first one.</param>
    /// <param name="next">The repetition level of the others.</param>
    public void Add(ReadOnlySpan<T> cells, short definition, short first, short next)
    {
        for (int done = 0; done < cells.Length;)
        {
            FlushIfFull();
            int count = Math.Min(cells.Length - done, WriteScratch.Most - _levels);
            cells.Slice(done, count).CopyTo(_scratch.Packed.As<T>()[_values..]);
            _scratch.Definitions.AsSpan(_levels, count).Fill(definition);
            _scratch.Repetitions.AsSpan(_levels, count).Fill(next);
            if (done == 0)
            {
                _scratch.Repetitions[_levels] = first;
            }

            _levels += count;
            _values += count;
            done += count;
        }
    }

    /// <summary>Writes what is collected.</summary>
    public void Flush()
    {
        if (_levels > 0)
        {
            ReadOnlySpan<T> cells = _scratch.Packed.As<T>()[.._values];
            _target.WriteBatch(
                _levels, _scratch.Definitions, _scratch.Repetitions, _store(cells, _scratch.Packed.Address, _scratch));
            (_levels, _values) = (0, 0);
        }
    }

    private void FlushIfFull()
    {
        if (_levels == WriteScratch.Most)
        {
            Flush();
        }
    }
}
