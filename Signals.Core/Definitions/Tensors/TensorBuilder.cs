using Signals.Core.Definitions.Tensors;
using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <summary>
/// Collects the features of one tensor. They follow each other in its last axis. Used by one thread, inside
/// <see cref="TensorSectionBuilder.Output"/>.
/// </summary>
public sealed class TensorBuilder
{
    private readonly List<Feature> _features = [];

    internal TensorBuilder()
    {
    }

    /// <summary>Adds a scalar column, or the components of a vector.</summary>
    /// <param name="name">The column.</param>
    /// <param name="defaultValue">The value for rows without one; 0 when left out.</param>
    /// <param name="scaling">How the number is scaled; not at all when left out.</param>
    public TensorBuilder Column(string name, Literal? defaultValue = null, Scaling? scaling = null) =>
        Add(new ColumnFeature { Column = name, Default = defaultValue, Scaling = scaling });

    /// <summary>Adds one element per category: 1 for the row's own category.</summary>
    public TensorBuilder OneHot(string column, ReadOnlySpan<Literal> categories, bool other = false) =>
        Add(Categories([column], categories, CategoryEncoding.OneHot, other));

    /// <summary>Adds one element per category: 1 for each category that one of the columns holds.</summary>
    public TensorBuilder MultiHot(ReadOnlySpan<string> columns, ReadOnlySpan<Literal> categories, bool other = false) =>
        Add(Categories([.. columns], categories, CategoryEncoding.MultiHot, other));

    /// <summary>Adds one element: the category's position + 1, or 0 for no category.</summary>
    public TensorBuilder Index(string column, ReadOnlySpan<Literal> categories, bool other = false) =>
        Add(Categories([column], categories, CategoryEncoding.Index, other));

    /// <summary>Adds the time from the event to the read's as-of time.</summary>
    public TensorBuilder Age(TimeUnit unit, Scaling? scaling = null) => Add(new AgeFeature { Unit = unit, Scaling = scaling });

    /// <summary>Adds the time from the next older row to this one.</summary>
    public TensorBuilder Gap(TimeUnit unit, Scaling? scaling = null) => Add(new GapFeature { Unit = unit, Scaling = scaling });

    /// <summary>Adds the event's time since the Unix epoch.</summary>
    public TensorBuilder Time(TimeUnit unit = TimeUnit.Milliseconds) => Add(new TimeFeature { Unit = unit });

    /// <summary>Adds the event's type, one-hot or as an index.</summary>
    public TensorBuilder EventType(CategoryEncoding encoding = CategoryEncoding.OneHot) =>
        Add(new EventTypeFeature { Encoding = encoding });

    /// <summary>Adds 1 where a column has a value, 0 elsewhere.</summary>
    public TensorBuilder Presence(string column) => Add(new PresenceFeature { Column = column });

    /// <summary>Adds the number of rows that are newer.</summary>
    public TensorBuilder Position() => Add(new PositionFeature());

    internal ValueList<Feature> Build() => [.. _features];

    private static CategoryFeature Categories(
        ValueList<string> columns, ReadOnlySpan<Literal> categories, CategoryEncoding encoding, bool other) =>
        new() { Columns = columns, Categories = [.. categories], Encoding = encoding, HasOther = other };

    private TensorBuilder Add(Feature feature)
    {
        _features.Add(feature);
        return this;
    }
}
