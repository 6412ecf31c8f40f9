namespace Signals.Core.Definitions;

/// <summary>Collects the features of one tensor, which stand in it one after another. For one thread, inside <see cref="TensorSectionBuilder.Output"/>.</summary>
public sealed class TensorBuilder
{
    private readonly List<Feature> _features = [];

    internal TensorBuilder()
    {
    }

    /// <summary>A scalar column, or the components of a vector.</summary>
    /// <param name="name">The column.</param>
    /// <param name="defaultValue">The value where there is none; 0 when left out.</param>
    /// <param name="scaling">What is done to the number.</param>
    public TensorBuilder Column(string name, Literal? defaultValue = null, Scaling? scaling = null) =>
        Add(new ColumnFeature { Column = name, Default = defaultValue, Scaling = scaling });

    /// <summary>One element per category, 1 at the row's own.</summary>
    public TensorBuilder OneHot(string column, ValueList<Literal> categories, bool other = false) =>
        Add(new CategoryFeature { Columns = [column], Categories = categories, HasOther = other });

    /// <summary>One element per category, 1 at each that one of the columns holds.</summary>
    public TensorBuilder MultiHot(ValueList<string> columns, ValueList<Literal> categories, bool other = false) =>
        Add(new CategoryFeature { Columns = columns, Categories = categories, Encoding = CategoryEncoding.MultiHot, HasOther = other });

    /// <summary>One element, the category's position + 1; 0 for none.</summary>
    public TensorBuilder Index(string column, ValueList<Literal> categories, bool other = false) =>
        Add(new CategoryFeature { Columns = [column], Categories = categories, Encoding = CategoryEncoding.Index, HasOther = other });

    /// <summary>The time from the event to the read's as-of.</summary>
    public TensorBuilder Age(TimeUnit unit, Scaling? scaling = null) => Add(new AgeFeature { Unit = unit, Scaling = scaling });

    /// <summary>The time from the next older row to this one.</summary>
    public TensorBuilder Gap(TimeUnit unit, Scaling? scaling = null) => Add(new GapFeature { Unit = unit, Scaling = scaling });

    /// <summary>The event's time since the Unix epoch.</summary>
    public TensorBuilder Time(TimeUnit unit = TimeUnit.Milliseconds) => Add(new TimeFeature { Unit = unit });

    /// <summary>The event's type, one-hot or as an index.</summary>
    public TensorBuilder EventType(CategoryEncoding encoding = CategoryEncoding.OneHot) => Add(new EventTypeFeature { Encoding = encoding });

    /// <summary>1 where a column has a value.</summary>
    public TensorBuilder Presence(string column) => Add(new PresenceFeature { Column = column });

    /// <summary>How many rows are newer.</summary>
    public TensorBuilder Position() => Add(new PositionFeature());

    internal ValueList<Feature> Build() => [.. _features];

    private TensorBuilder Add(Feature feature)
    {
        _features.Add(feature);
        return this;
    }
}
