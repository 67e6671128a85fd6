// Takes the first words of the page away as soon as the app itself shows the page's title.
const words = document.querySelector(".dl-first");
new MutationObserver((_changes, watch) => {
  if (document.querySelector("[data-testid=stMain] h1")) {
    words.remove();
    watch.disconnect();
  }
}).observe(document.getElementById("root"), { childList: true, subtree: true });
