using System.Numerics;
using Signals.Core.Definitions.Tensors;
using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Rows;
using Signals.Definitions;

namespace Signals.Core.Serving.Features;

/// <summary>Compiles the features of one tensor to kernels, with columns by ordinal and conversions by type.</summary>
/// <typeparam name="TTo">The type of the tensor's elements.</typeparam>
/// <remarks>Thread contract: one thread. The definition must have been validated against the schema of the layout.</remarks>
/// <param name="layout">The columns.</param>
/// <param name="definition">The definition whose features are compiled.</param>
/// <param name="types">The event types of the definition.</param>
/// <param name="elements">Creates the elements.</param>
internal sealed class FeatureCompiler<TTo>(
    RowLayout layout, SequenceDefinition definition, EventTypeSchema[] types, ElementFactory<TTo> elements)
    where TTo : unmanaged
{
    private readonly bool _oldestFirst = definition.Order == SequenceOrder.OldestFirst;

    public FeatureKernel Compile(Feature feature) => feature switch
    {
        ColumnFeature column => Column(column),
        CategoryFeature category => Category(category),
        EventTypeFeature eventType => EventType(eventType),
        PresenceFeature presence => new PresenceKernel<TTo>(layout.OrdinalOf(presence.Column), elements.Convert(1L)),
        PositionFeature => new PositionKernel<TTo>(_oldestFirst, elements.From<long>()),
        TimeFeature time => Time(TimeMeasure.Time, time.Unit, scaling: null),
        AgeFeature age => Time(TimeMeasure.Age, age.Unit, age.Scaling),
        GapFeature gap => Time(TimeMeasure.Gap, gap.Unit, gap.Scaling),
        _ => throw new NotSupportedException($"A feature of the kind {feature.GetType().Name} cannot be served."),
    };

    private FeatureKernel Column(ColumnFeature feature)
    {
        ColumnType type = layout.Types[layout.OrdinalOf(feature.Column)];
        return type.Kind switch
        {
            ColumnKind.Boolean or ColumnKind.UInt8 => Column<byte>(feature, type),
            ColumnKind.Int8 or ColumnKind.VectorInt8 => Column<sbyte>(feature, type),
            ColumnKind.Int16 => Column<short>(feature, type),
            ColumnKind.UInt16 => Column<ushort>(feature, type),
            ColumnKind.Int32 => Column<int>(feature, type),
            ColumnKind.UInt32 => Column<uint>(feature, type),
            ColumnKind.Int64 => Column<long>(feature, type),
            ColumnKind.UInt64 => Column<ulong>(feature, type),
            ColumnKind.Float16 or ColumnKind.VectorFloat16 => Column<Half>(feature, type),
            ColumnKind.Float32 or ColumnKind.VectorFloat32 => Column<float>(feature, type),
            ColumnKind.Float64 => Column<double>(feature, type),
            _ => throw new ArgumentException($"The column '{feature.Column}' is {type}, which is not a number."),
        };
    }

    private ColumnKernel<TFrom, TTo> Column<TFrom>(ColumnFeature feature, ColumnType type)
        where TFrom : unmanaged, INumber<TFrom>
    {
        NumberConversion<TFrom, TTo>? conversion = feature.Scaling is { } scaling
            ? new ScaledConversion<TFrom, TTo>(scaling, elements.From<double>())
            : elements.TakesAsIs<TFrom>(type.Kind == ColumnKind.Boolean) ? null : elements.From<TFrom>();
        return new ColumnKernel<TFrom, TTo>(
            layout.OrdinalOf(feature.Column), type.Dimensions, elements.Convert(feature.Default, feature.Scaling), conversion);
    }

    private CategoryKernel<TTo> Category(CategoryFeature feature)
    {
        int[] columns = [.. feature.Columns.Select(layout.OrdinalOf)];
        Vocabulary[] vocabularies = Array.ConvertAll(columns, column => VocabularyOf(feature, layout.Types[column]));
        return new CategoryKernel<TTo>(
            feature.Encoding,
            columns,
            vocabularies,
            feature.Categories.Count,
            feature.HasOther,
            elements.Counts(feature.Categories.Count + 1));
    }

    private static Vocabulary VocabularyOf(CategoryFeature feature, ColumnType type) => type.Kind switch
    {
        ColumnKind.Text or ColumnKind.Bytes => new BytesVocabulary(feature.Categories.Select(FilterCompiler.BytesOf)),
        ColumnKind.Boolean or ColumnKind.UInt8 => new NumberVocabulary<byte>(feature.Categories),
        ColumnKind.Int8 => new NumberVocabulary<sbyte>(feature.Categories),
        ColumnKind.Int16 => new NumberVocabulary<short>(feature.Categories),
        ColumnKind.UInt16 => new NumberVocabulary<ushort>(feature.Categories),
        ColumnKind.Int32 => new NumberVocabulary<int>(feature.Categories),
        ColumnKind.UInt32 => new NumberVocabulary<uint>(feature.Categories),
        ColumnKind.Int64 => new NumberVocabulary<long>(feature.Categories),
        ColumnKind.UInt64 => new NumberVocabulary<ulong>(feature.Categories),
        ColumnKind.Float16 => new NumberVocabulary<Half>(feature.Categories),
        ColumnKind.Float32 => new NumberVocabulary<float>(feature.Categories),
        ColumnKind.Float64 => new NumberVocabulary<double>(feature.Categories),
        _ => throw new ArgumentException($"A column of {type} has no categories."),
    };

    private EventTypeKernel<TTo> EventType(EventTypeFeature feature)
    {
        string[] sources = [.. definition.FromClauses.Select(clause => clause.EventType)];
        int[] positions = new int[types.Max(type => type.Id) + 1];
        foreach (EventTypeSchema type in types)
        {
            positions[type.Id] = Array.FindIndex(sources, type.IsCalled);
        }

        return new EventTypeKernel<TTo>(
            positions, sources.Length, feature.Encoding == CategoryEncoding.Index, elements.Counts(sources.Length));
    }

    private TimeKernel<TTo> Time(TimeMeasure measure, TimeUnit unit, Scaling? scaling)
    {
        NumberConversion<long, TTo>? whole = unit == TimeUnit.Milliseconds && scaling is null ? elements.From<long>() : null;
        NumberConversion<double, TTo> scaled = scaling is null
            ? elements.From<double>()
            : new ScaledConversion<double, TTo>(scaling, elements.From<double>());
        return new TimeKernel<TTo>(measure, _oldestFirst, MillisecondsOf(unit), whole, scaled);
    }

    private static double MillisecondsOf(TimeUnit unit) => unit switch
    {
        TimeUnit.Milliseconds => 1,
        TimeUnit.Seconds => 1000,
        TimeUnit.Minutes => 60_000,
        TimeUnit.Hours => 3_600_000,
        _ => 86_400_000,
    };
}
