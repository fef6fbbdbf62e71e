/* The least program there is: what starting any process costs. */
int main(void) { return 0; }
