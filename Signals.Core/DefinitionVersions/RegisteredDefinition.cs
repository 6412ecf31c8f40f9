using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// One version of a definition, as a read gets it from a registry: complete, and the same for as long as the read holds it.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Reads take no lock and allocate nothing, unless they bring overrides that are not kept. Lifetime:
/// as long as something references it. A registry that replaces it changes nothing of it except the shadow.
/// </remarks>
/// <typeparam name="TPlan">The compiled form of a definition.</typeparam>
internal sealed class RegisteredDefinition<TPlan>
    where TPlan : class
{
    private readonly Func<SequenceDefinition, TPlan> _compile;
    private readonly int _maxVariants;
    private readonly Lock _adding = new();

    // Replaced as a whole under the lock. Read without the lock.
    private volatile Variant[] _variants = [];
    private volatile ShadowDefinition<TPlan>? _shadow;
    private int _nextReplaced;

    internal RegisteredDefinition(
        SequenceDefinition definition, Func<SequenceDefinition, TPlan> compile, int maxVariants, DateTimeOffset registeredAt)
    {
        _compile = compile;
        _maxVariants = maxVariants;
        RegisteredAt = registeredAt;
        Default = new EffectiveDefinition<TPlan>(definition, compile(definition));
    }

    /// <summary>The definition as it was registered.</summary>
    public SequenceDefinition Definition => Default.Definition;

    /// <summary>The effective definition of a request without overrides.</summary>
    public EffectiveDefinition<TPlan> Default { get; }

    /// <summary>When the version was registered.</summary>
    public DateTimeOffset RegisteredAt { get; }

    /// <summary>The definition that runs in the shadow of this one; <c>null</c> for none.</summary>
    public ShadowDefinition<TPlan>? Shadow
    {
        get => _shadow;
        internal set => _shadow = value;
    }

    internal int VariantCount => _variants.Length;

    /// <summary>
    /// The effective definition of a request. Overrides that were used lately, in the same order, are found without an
    /// allocation.
    /// </summary>
    /// <exception cref="DefinitionException">The overrides do not fit; see <see cref="SequenceDefinition.With"/>.</exception>
    public EffectiveDefinition<TPlan> Resolve(ReadOnlySpan<ParameterOverride> overrides) =>
        overrides.IsEmpty ? Default : Find(overrides) ?? Add(overrides);

    /// <summary>Finds the default or a kept set of overrides by content hash; <c>null</c> when there is none.</summary>
    internal EffectiveDefinition<TPlan>? Find(Predicate<UInt128?> matches) => matches(Default.ContentHash)
        ? Default
        : Array.Find(_variants, variant => matches(variant.Effective.ContentHash))?.Effective;

    private EffectiveDefinition<TPlan>? Find(ReadOnlySpan<ParameterOverride> overrides)
    {
        foreach (Variant variant in _variants)
        {
            if (variant.Overrides.AsSpan().SequenceEqual(overrides))
            {
                return variant.Effective;
            }
        }

        return null;
    }

    private EffectiveDefinition<TPlan> Add(ReadOnlySpan<ParameterOverride> overrides)
    {
        SequenceDefinition definition = Definition.With(overrides);
        var variant = new Variant(overrides.ToArray(), new EffectiveDefinition<TPlan>(definition, _compile(definition)));
        lock (_adding)
        {
            if (Find(overrides) is { } other)
            {
                return other;
            }

            Variant[] variants = _variants;
            if (variants.Length < _maxVariants)
            {
                _variants = [.. variants, variant];
            }
            else
            {
                Variant[] copy = [.. variants];
                copy[_nextReplaced] = variant;
                _nextReplaced = (_nextReplaced + 1) % _maxVariants;
                _variants = copy;
            }
        }

        return variant.Effective;
    }

    private sealed record Variant(ParameterOverride[] Overrides, EffectiveDefinition<TPlan> Effective);
}
