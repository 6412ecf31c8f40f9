using Signals.Core.Definitions.Tensors;
using Signals.Core.Serving.Features;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>
/// Writes the sequences of a batch into a caller's <see cref="TensorSet"/>, one user after the other. Each value is written once.
/// </summary>
/// <remarks>Thread contract: one thread at a time. It is reused and allocates only to grow.</remarks>
internal sealed class TensorWriter
{
    private readonly SequencePlan _plan;
    private readonly TensorSection _section;
    private readonly BoundMemory?[] _bound;
    private TensorSet _set = null!;
    private BoundMemory? _mask;
    private int _rows;

    /// <exception cref="ArgumentException">The definition describes no tensors.</exception>
    public TensorWriter(SequencePlan plan)
    {
        _plan = plan;
        _section = plan.Definition.Tensors
            ?? throw new ArgumentException($"The definition '{plan.Definition.Name}' describes no tensors, only a raw answer.");
        _bound = new BoundMemory?[plan.Tensors.Length];
    }

    private bool IsPadded => _section.Layout == TensorLayout.Padded;

    /// <summary>Begins a batch. All bound memory is checked before anything is written.</summary>
    /// <exception cref="ArgumentException">
    /// Some bound memory fits no tensor of the definition. The message names both.
    /// </exception>
    public void Begin(TensorSet set, int users)
    {
        _set = set;
        _rows = 0;
        int size = _plan.Size;
        for (int i = 0; i < _bound.Length; i++)
        {
            TensorPlan tensor = _plan.Tensors[i];
            _bound[i] = set.Find(tensor.Name);
            _bound[i]?.Require(tensor.Name, tensor.Type, users, IsPadded ? size : 0, tensor.Width);
            if (IsPadded && _bound[i] is { } memory)
            {
                RequireRoom(tensor.Name, memory.Bytes.Length, (long)users * size * tensor.RowBytes);
            }
        }

        _mask = _section.Mask is { } mask ? set.Find(mask.Name) : null;
        if (_mask is not null)
        {
            _mask.Require(_section.Mask!.Name, _section.Mask.Type, users, size, 1);
            RequireRoom(_section.Mask.Name, _mask.Bytes.Length, (long)users * size * TensorElement.Bytes(_section.Mask.Type));
        }

        if (!IsPadded && !set.Offsets.IsEmpty)
        {
            RequireRoom("offsets", set.Offsets.Length, users + 1L);
            set.Offsets.Span[0] = 0;
        }

        RequireNamesOf(set);
        set.Begin(_plan.Types);
    }

    /// <summary>Writes the next user's sequence.</summary>
    /// <param name="execution">The run that holds the rows; null for a user without rows.</param>
    /// <param name="user">The index of the user in the run.</param>
    /// <param name="status">The status of the answer.</param>
    public void Write(PlanExecution? execution, int user, ServingStatus status)
    {
        int rows = execution is null ? 0 : execution.ChosenOf(user).Length;
        for (int i = 0; i < _bound.Length; i++)
        {
            if (_bound[i] is { } memory)
            {
                Write(execution, user, rows, _plan.Tensors[i], memory.Bytes);
            }
        }

        if (_mask is not null)
        {
            WriteMask(rows);
        }

        _rows += rows;
        _set.Add(status, rows);
        if (!IsPadded && !_set.Offsets.IsEmpty)
        {
            _set.Offsets.Span[_set.UserCount] = _rows;
        }
    }

    private void Write(PlanExecution? execution, int user, int rows, TensorPlan tensor, Span<byte> memory)
    {
        int used = rows * tensor.RowBytes;
        Span<byte> place;
        if (IsPadded)
        {
            int whole = _plan.Size * tensor.RowBytes;
            place = Divide(memory.Slice(_set.UserCount * whole, whole), used);
        }
        else
        {
            int start = _rows * tensor.RowBytes;
            RequireRoom(tensor.Name, memory.Length, (long)start + used);
            place = memory.Slice(start, used);
        }

        execution?.Write(tensor, user, place);
    }

    private void WriteMask(int rows)
    {
        int element = TensorElement.Bytes(_section.Mask!.Type);
        int whole = _plan.Size * element;
        TensorElement.FillOnes(_section.Mask.Type, Divide(_mask!.Bytes.Slice(_set.UserCount * whole, whole), rows * element));
    }

    /// <summary>Returns the part of a user's place that its rows fill, and clears the part that is padding.</summary>
    private Span<byte> Divide(Span<byte> place, int used)
    {
        if (_section.Padding == PaddingSide.Left)
        {
            place[..^used].Clear();
            return place[^used..];
        }

        place[used..].Clear();
        return place[..used];
    }

    private void RequireNamesOf(TensorSet set)
    {
        foreach (string name in set.Names)
        {
            if (_plan.FindTensor(name) is null && _section.Mask?.Name != name)
            {
                throw new ArgumentException(
                    $"The definition '{_plan.Definition.Name}' has no tensor '{name}'; " +
                    $"it has: {string.Join(", ", _plan.Tensors.Select(t => t.Name))}.");
            }
        }
    }

    private static void RequireRoom(string name, long has, long needs)
    {
        if (has < needs)
        {
            throw new ArgumentException($"The memory bound to '{name}' is too small: it has {has} of the {needs} that are needed.");
        }
    }
}
