
namespace TrivialLayers.Tests;

public sealed class ProfileTests
{
    [Theory]
    [InlineData("quick")]
    [InlineData("reference")]
    [InlineData("full")]
    public void A_profile_is_found_by_its_name_and_names_a_known_data_set(string name)
    {
        var profile = Profile.Of(name);

        Assert.Equal(name, profile.Name);
        Assert.Contains(profile.Dataset, Datasets.Names);
        profile.Recipe.Validate();
        profile.Fit.Validate();
        profile.Short.Validate();
    }

    [Fact]
    public void An_unknown_profile_is_refused_with_the_known_ones() =>
        Assert.Contains("Choose quick, reference, full.", Assert.Throws<ArgumentException>(() => Profile.Of("fast")).Message);

    [Fact]
    public void A_notebook_with_its_defaults_leaves_the_profile_as_it_is() => Assert.Equal(Profile.Quick, Profile.Quick.With("", 0));

    [Fact]
    public void What_differs_from_the_profile_shows_in_its_name()
    {
        var changed = Profile.Quick.With("cifar-10", 6);

        Assert.Equal("quick-cifar-10-6-epochs", changed.Name);
        Assert.Equal("cifar-10", changed.Dataset);
        Assert.Equal(6, changed.Recipe.Epochs);
        Assert.Equal(6, changed.Fit.Epochs);
        Assert.Equal(6, changed.Scenes.Epochs);
        Assert.Equal(Profile.Quick, Profile.Quick.With(Profile.Quick.Dataset, Profile.Quick.Recipe.Epochs)); // what is asked for is what it does: nothing differs, scenes neither
    }

    [Fact]
    public void A_smoke_run_sees_two_small_batches_of_each_part_for_one_epoch()
    {
        var smoke = Profile.Full.With("fashion-mnist-sample", epochs: 5, smoke: true);
        using var data = smoke.Load();
        Assert.Equal("full-fashion-mnist-sample-smoke", smoke.Name);
        Assert.Equal((20, 20, 20), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.All(new[] { smoke.Recipe, smoke.Fit, smoke.Short, smoke.Scenes }, recipe => Assert.Equal((1, 10), (recipe.Epochs, recipe.Batch)));
        Assert.Equal(20, Profile.Part(data.Test, 5000).Count);
        using var whole = Profile.Quick.Load();
        Assert.Same(whole, Profile.Quick.Reduced(whole));
        Assert.Equal(whole.Test.Take(50, 0).Fingerprint, Profile.Part(whole.Test, 50).Fingerprint);
    }

    [Fact]
    public void Networks_that_are_to_fit_their_images_get_few_of_the_full_data_and_all_of_the_sample()
    {
        using var sample = Profile.Quick.Load();
        using var all = Profile.Quick.Fewer(sample);
        Assert.Equal(sample.Fingerprint, all.Fingerprint);
        Assert.Equal(Profile.Quick.Recipe, Profile.Quick.Fit);

        using var few = Profile.Reference.Fewer(sample);
        Assert.Equal(5_000, few.Train.Count);
        Assert.Equal((20, 120), (Profile.Reference.With(epochs: 20).Recipe.Epochs, Profile.Reference.With(epochs: 20).Fit.Epochs)); // as much longer
        using var tiny = Profile.Reference.With(smoke: true).Fewer(sample);
        Assert.Equal((1, sample.Train.Count / 2), (Profile.Reference.With(smoke: true).Fit.Epochs, tiny.Train.Count));
        using var small = SmallData.Split(train: 96);
        using var stillAll = Profile.Reference.Fewer(small);
        Assert.Equal(96, stillAll.Train.Count);
    }

    [Fact]
    public void The_short_recipe_never_takes_more_epochs_than_asked_for()
    {
        Assert.Equal(2, Profile.Quick.With(epochs: 2).Short.Epochs);
        Assert.Equal(Recipe.Short.Epochs, Profile.Quick.With(epochs: 100).Short.Epochs);
    }
}
