namespace TrivialLayers.Tests;

public sealed class ShelfTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _reports = [];

    private Shelf Shelf => new(_folder["own"], [_folder["shipped"]], _reports.Add);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_made_once_is_found_from_then_on()
    {
        Assert.Equal("made", Ask(() => Keep("own", "made")));
        Assert.Equal("made", Ask(() => throw new InvalidOperationException("it is there")));
        Assert.Empty(_reports);
    }

    [Fact]
    public void The_users_own_is_found_before_what_is_shipped()
    {
        Keep("shipped", "shipped");
        Assert.Equal("shipped", Ask(() => "none"));
        Keep("own", "own");
        Assert.Equal("own", Ask(() => "none"));
    }

    [Fact]
    public void A_damaged_file_of_the_users_own_is_set_aside_and_made_anew()
    {
        Keep("own", "damaged");
        Assert.Equal("anew", Ask(() => Keep("own", "anew")));
        Assert.Equal($"{_folder["own/key.txt"]} cannot be used and is now {_folder["own/key.txt.damaged-1"]}: it is damaged", Assert.Single(_reports));
        Assert.Equal("damaged", File.ReadAllText(_folder["own/key.txt.damaged-1"]));
        Assert.Equal([_folder["own/key.txt"]], Shelf.Entries("key*"));
    }

    [Fact]
    public void A_damaged_folder_is_set_aside_as_a_whole()
    {
        Directory.CreateDirectory(_folder["own/run-key"]);
        Shelf.SetAside(_folder["own/run-key"], "it is damaged");
        Assert.True(Directory.Exists(_folder["own/run-key.damaged-1"]));
        Assert.Empty(Shelf.Entries("*-key*"));
    }

    [Fact]
    public void Where_nothing_is_damaged_but_what_is_shipped_that_stays_and_is_told()
    {
        Keep("shipped", "damaged");
        Assert.Equal("anew", Ask(() => Keep("own", "anew")));
        Assert.Matches("^The shipped .* was ignored: ", Assert.Single(_reports));
        Assert.True(File.Exists(_folder["shipped/key.txt"]));
    }

    [Fact]
    public void Of_two_that_ask_at_once_one_makes_it()
    {
        var made = 0;
        string Make()
        {
            Interlocked.Increment(ref made);
            Thread.Sleep(300);
            return Keep("own", "made");
        }

        Parallel.Invoke(() => Ask(Make), () => Ask(Make));
        Assert.Equal(1, made);
    }

    [Fact]
    public void Without_a_folder_it_keeps_nothing()
    {
        var none = new Shelf(null, null, _reports.Add);
        Assert.Equal("made", none.GetOrMake<string>("key", "key.txt", "It is made", Load, () => "made", TestContext.Current.CancellationToken));
        Assert.Empty(none.Entries("*"));
    }

    private string Ask(Func<string> make) => Shelf.GetOrMake<string>("key", "key.txt", "It is made", Load, make, TestContext.Current.CancellationToken);

    private static string? Load(string path) => File.ReadAllText(path) is var text && text == "damaged" ? throw new InvalidDataException("it is damaged") : text;

    private string Keep(string store, string text)
    {
        Directory.CreateDirectory(_folder[store]);
        File.WriteAllText(_folder[store + "/key.txt"], text);
        return text;
    }
}
